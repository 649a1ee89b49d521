-- A subscript's index is an expression.
-- says: ssn
SELECT tags[length(ssn)] FROM customers
