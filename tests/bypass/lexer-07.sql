-- What the text means. A comment that looks nested and is not.
-- says: ssn
SELECT 1 /* / * */ , ssn FROM customers
