-- Types and names as oracles. By the recursive arm.
WITH RECURSIVE x (a) AS (SELECT 'customers'::regclass UNION ALL SELECT 16397) TABLE x
