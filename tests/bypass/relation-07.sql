-- A hidden relation. In a sub-select that is never read.
-- says: vault
SELECT 1 WHERE false AND EXISTS (TABLE crm.vault)
