-- AT TIME ZONE takes an expression.
-- says: ssn
SELECT now() AT TIME ZONE ssn FROM customers
