-- The column list of an alias hides a name, it does not make one.
-- says: ssn
SELECT c.ssn FROM customers c (a, b)
