-- Sorting tells the order of what is hidden.
-- says: ssn
SELECT id FROM customers ORDER BY ssn
