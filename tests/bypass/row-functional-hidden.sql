-- Functional notation reaches columns that have no other syntax.
-- says: ssn
SELECT ssn(customers) FROM customers
