-- GROUPING SETS nest.
-- says: ssn
SELECT 1 FROM customers GROUP BY GROUPING SETS ((id), CUBE (ssn))
