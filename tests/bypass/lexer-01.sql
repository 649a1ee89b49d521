-- What the text means. A backslash before a quote ends nothing in a plain string.
-- says: ssn
SELECT 'a\'' , ssn FROM customers -- '
