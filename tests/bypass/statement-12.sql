-- A kind of statement. EXPLAIN runs what it explains.
EXPLAIN ANALYZE DELETE FROM orders
