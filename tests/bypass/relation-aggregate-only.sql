-- Rows out of a relation that is for statistics.
-- database: totals
SELECT * FROM sales.orders
