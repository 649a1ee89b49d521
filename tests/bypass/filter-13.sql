-- Reaching behind a row filter. A recursive walk over a filtered relation.
WITH RECURSIVE r AS (SELECT order_id FROM order_items UNION SELECT o.order_id FROM order_items o JOIN r ON r.order_id = o.order_id + 1) SELECT * FROM r
