-- A kind of statement. WHERE CURRENT OF.
UPDATE orders SET id = 1 WHERE CURRENT OF c
