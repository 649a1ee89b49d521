-- A kind of statement. COPY hides a write.
COPY (INSERT INTO orders (id) VALUES (1) RETURNING id) TO STDOUT
