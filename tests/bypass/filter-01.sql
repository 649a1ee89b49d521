-- Reaching behind a row filter. An error on a hidden row.
SELECT id FROM customers WHERE 1 / (id - 19) > 0
