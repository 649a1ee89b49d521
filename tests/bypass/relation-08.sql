-- A hidden relation. In a CTE that nobody reads.
-- says: vault
WITH x AS (SELECT * FROM crm.vault) SELECT 1
