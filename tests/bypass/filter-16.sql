-- Reaching behind a row filter. EXPLAIN shows the filter and its rows.
EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM customers
