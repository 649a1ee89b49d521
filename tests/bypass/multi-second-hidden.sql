-- So is the third.
-- says: ssn
SELECT 1; SELECT 2; SELECT ssn FROM customers
