-- LIMIT takes an expression.
-- says: ssn
SELECT id FROM orders LIMIT (SELECT length(max(ssn)) FROM customers)
