-- A function in FROM sees the row to its left.
-- says: ssn
SELECT x FROM customers c, unnest(ARRAY[c.ssn]) x
