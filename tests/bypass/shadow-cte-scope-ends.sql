-- A CTE ends with its query.
-- says: vault
SELECT * FROM (WITH vault AS (SELECT 1 AS a) SELECT * FROM vault) s, vault
