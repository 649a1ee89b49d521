-- Reaching behind a mask. A sort beside known values.
SELECT email FROM customers UNION ALL SELECT 'm' ORDER BY 1
