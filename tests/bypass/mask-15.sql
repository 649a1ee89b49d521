-- Reaching behind a mask. A full-text index of it.
SELECT to_tsvector('simple', email) FROM customers
