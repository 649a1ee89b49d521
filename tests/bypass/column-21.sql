-- CASE reads in its operand.
-- says: ssn
SELECT CASE ssn WHEN '1' THEN 1 END FROM customers
