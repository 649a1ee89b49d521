-- HAVING reads without showing.
-- says: ssn
SELECT 1 FROM customers HAVING max(ssn) > '5'
