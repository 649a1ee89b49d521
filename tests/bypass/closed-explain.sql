-- Nor EXPLAIN.
-- database: closed
EXPLAIN SELECT 1
