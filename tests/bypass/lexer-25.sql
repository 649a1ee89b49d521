-- What the text means. A backslash continued string of mixed kinds.
-- says: ssn
SELECT E'a'
'\', ssn FROM customers --'
