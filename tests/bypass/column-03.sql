-- Grouping counts what is hidden.
-- says: ssn
SELECT count(*) FROM customers GROUP BY ssn
