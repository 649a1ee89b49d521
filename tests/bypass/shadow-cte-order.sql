-- Without RECURSIVE a CTE does not see the next one.
-- says: vault
WITH a AS (SELECT * FROM vault), vault AS (SELECT 1) SELECT * FROM a
