-- LIKE takes an ESCAPE.
-- says: ssn
SELECT 'a' LIKE 'b' ESCAPE ssn FROM customers
