-- A field of an aggregated row: only views know its type.
-- says: ssn
SELECT (array_agg(c))[1].ssn FROM customers c
