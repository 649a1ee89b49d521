-- What the text means. Two dashes are a comment, not two signs.
-- says: ssn
SELECT 1 --2, ssn
 FROM customers
