-- A condition that is never true is still planned.
-- says: ssn
SELECT 1 FROM customers WHERE false AND ssn = '1'
