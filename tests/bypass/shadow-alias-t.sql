-- Our own inner alias must not capture the client's.
SELECT t.id, (SELECT max(t.id) FROM orders t) FROM customers t
