-- The qualified name means the relation, whatever a CTE is called.
-- says: vault
WITH vault AS (SELECT 1) SELECT * FROM crm.vault
