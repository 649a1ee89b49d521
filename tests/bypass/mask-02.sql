-- Reaching behind a mask. Prefix search.
SELECT id FROM customers WHERE phone LIKE '+31%'
