-- Reaching behind a row filter. LIMIT with ties.
SELECT id FROM customers ORDER BY region FETCH FIRST 1 ROWS WITH TIES
