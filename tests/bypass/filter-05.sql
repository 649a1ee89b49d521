-- Reaching behind a row filter. The same with ANY.
SELECT 1 FROM customers WHERE region LIKE ANY (ARRAY[E'A%\\'])
