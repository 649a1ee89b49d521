-- A hidden relation. In the second arm of a recursive CTE.
-- says: vault
WITH RECURSIVE x (a) AS (SELECT 1 UNION ALL SELECT id::int FROM crm.vault) SELECT * FROM x
