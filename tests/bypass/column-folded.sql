-- Folding must happen before the name is looked up.
-- says: ssn
SELECT SSN FROM CUSTOMERS
