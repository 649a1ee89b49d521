-- The second statement of a message is judged as the first.
SELECT 1; DELETE FROM orders
