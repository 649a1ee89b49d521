-- Reaching behind a row filter. An outer join counts what is missing.
SELECT count(*) FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE c.id IS NULL
