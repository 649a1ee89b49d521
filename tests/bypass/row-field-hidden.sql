-- Field selection from a row bypassed lists of column names.
-- says: ssn
SELECT (customers).ssn FROM customers
