-- A join condition reads both sides.
-- says: ssn
SELECT 1 FROM customers a JOIN customers b ON a.ssn = b.ssn
