-- Serialising a whole row once showed columns that nobody selected.
SELECT row_to_json(c), to_jsonb(c), c::text FROM customers c
