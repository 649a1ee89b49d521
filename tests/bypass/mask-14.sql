-- Reaching behind a mask. DISTINCT counts raw values.
SELECT count(DISTINCT email) FROM customers
