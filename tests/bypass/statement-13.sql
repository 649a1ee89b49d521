-- A kind of statement. EXPLAIN of a table that is made.
EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1
