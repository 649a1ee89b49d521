-- Reaching behind a row filter. A sample of pages tells where hidden rows lie.
SELECT count(*) FROM customers TABLESAMPLE system (100)
