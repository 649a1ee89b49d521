-- A kind of statement. A write in a nested CTE.
SELECT * FROM (WITH x AS (UPDATE orders SET id = 1 RETURNING *) SELECT * FROM x) s
