-- What the text means. A line comment with another line separator goes on.
-- says: ssn
SELECT 1 -- x , ssn FROM customers
