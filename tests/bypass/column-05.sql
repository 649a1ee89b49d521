-- A window reads without showing.
-- says: ssn
SELECT rank() OVER (ORDER BY ssn) FROM customers
