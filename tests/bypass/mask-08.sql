-- Reaching behind a mask. Division by zero as a signal.
SELECT 1 / (CASE WHEN email LIKE 'a%' THEN 0 ELSE 1 END) FROM customers
