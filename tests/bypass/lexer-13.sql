-- What the text means. A string continued behind a comment.
-- says: ssn
-- witness: libpg_query reads no comment between the parts of one string
SELECT 'a' -- 
 ', ssn FROM customers -- '
