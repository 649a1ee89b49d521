-- Reaching behind a row filter. The filter's own column.
SELECT count(*) FROM customers WHERE region <> 'EMEA'
