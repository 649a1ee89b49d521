-- An aggregate's ORDER BY is an expression.
-- says: ssn
SELECT array_agg(id ORDER BY ssn) FROM customers
