-- A star must not widen to the raw table when a set operation counts columns.
SELECT * FROM customers UNION ALL SELECT id, email, phone, region, birth_date, balance, tags FROM customers
