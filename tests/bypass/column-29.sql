-- ROWS FROM takes several calls.
-- says: ssn
SELECT 1 FROM customers c, ROWS FROM (generate_series(1, 2), unnest(ARRAY[c.ssn])) r
