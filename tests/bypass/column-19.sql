-- TABLESAMPLE takes an expression.
-- says: ssn
SELECT 1 FROM orders TABLESAMPLE bernoulli ((SELECT max(ssn)::int FROM customers))
