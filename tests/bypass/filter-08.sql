-- Reaching behind a row filter. A sample of rows runs before the filter.
SELECT count(*) FROM customers TABLESAMPLE bernoulli (100) REPEATABLE (0)
