-- A frame offset is an expression.
-- says: ssn
SELECT sum(id) OVER (ORDER BY id ROWS length(ssn) PRECEDING) FROM customers
