-- What the text means. An operator runs into a comment.
-- says: ssn
SELECT 1 +/* */- ssn::int FROM customers
