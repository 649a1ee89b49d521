-- A hidden relation. By the search path.
-- says: vault
SELECT * FROM vault
