-- A star that is never read is still expanded by the server.
SELECT 1 FROM orders WHERE EXISTS (SELECT * FROM customers)
