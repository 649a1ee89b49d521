-- A CTE may be called like a keyword.
-- says: vault
WITH "select" AS (SELECT 1) SELECT * FROM "select", vault
