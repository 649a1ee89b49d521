-- What the text means. A number runs into a name.
-- says: ssn
SELECT 1ssn FROM customers
