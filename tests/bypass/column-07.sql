-- DISTINCT ON reads without showing.
-- says: ssn
SELECT DISTINCT ON (ssn) id FROM customers
