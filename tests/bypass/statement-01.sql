-- A kind of statement. INSERT.
INSERT INTO orders (id) VALUES (1)
