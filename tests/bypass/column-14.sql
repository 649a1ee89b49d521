-- USING reads a column of both sides.
-- says: ssn
SELECT * FROM customers JOIN customers c USING (ssn)
