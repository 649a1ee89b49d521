-- What the text means. A line comment ends at a carriage return.
-- says: ssn
SELECT 1 -- x, ssn FROM customers
