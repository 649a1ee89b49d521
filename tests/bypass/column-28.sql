-- A window on a window.
-- says: ssn
SELECT sum(id) OVER (w ORDER BY ssn) FROM customers WINDOW w AS (PARTITION BY id)
