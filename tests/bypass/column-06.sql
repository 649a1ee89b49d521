-- A FILTER reads without showing.
-- says: ssn
SELECT count(*) FILTER (WHERE ssn > '5') FROM customers
