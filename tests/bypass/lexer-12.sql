-- What the text means. A string continued on the next line.
-- says: ssn
SELECT 'a'
' , ssn FROM customers --'
