-- A filter is an oracle for what it reads.
-- says: ssn
SELECT count(*) FROM customers WHERE ssn LIKE '1%'
