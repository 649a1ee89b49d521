-- What the text means. A parameter runs into a name.
-- says: ssn
SELECT $1ssn FROM customers
