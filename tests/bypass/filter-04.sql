-- Reaching behind a row filter. A pattern that the planner tries on statistics.
SELECT 1 FROM customers WHERE region LIKE E'A%\\'
