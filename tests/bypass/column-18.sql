-- WITHIN GROUP is an expression.
-- says: ssn
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ssn) FROM customers
