-- Reaching behind a row filter. ONLY skips partitions, not filters.
SELECT count(*) FROM ONLY customers
