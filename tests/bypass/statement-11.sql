-- A kind of statement. A temporary table shadows.
CREATE TEMP TABLE orders (id int)
