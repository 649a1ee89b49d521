-- A row through hstore-like key lists.
SELECT key, value FROM customers c, jsonb_each_text(to_jsonb(c))
