-- A hidden relation. As an array.
-- says: vault
SELECT ARRAY(SELECT id FROM crm.vault)
