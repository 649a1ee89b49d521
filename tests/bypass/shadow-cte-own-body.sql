-- Without RECURSIVE a CTE does not see itself.
-- says: vault
WITH vault AS (SELECT * FROM vault) SELECT * FROM vault
