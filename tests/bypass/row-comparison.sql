-- Rows can be compared without naming a column.
SELECT 1 FROM customers a, customers b WHERE a < b AND a IS DISTINCT FROM b
