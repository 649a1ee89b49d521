-- A hidden relation. In ANY.
-- says: vault
SELECT 1 = ANY (TABLE crm.vault)
