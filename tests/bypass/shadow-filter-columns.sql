-- Columns of an outer query must not be captured by a row filter.
SELECT (SELECT count(*) FROM customers) FROM (SELECT 'EMEA'::text AS region) t
