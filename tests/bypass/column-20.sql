-- EXECUTE takes expressions.
-- says: ssn
EXECUTE p ((SELECT max(ssn) FROM customers))
