-- A kind of statement. DELETE.
DELETE FROM orders
