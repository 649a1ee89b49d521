-- A hidden relation. Plainly.
-- says: vault
SELECT * FROM crm.vault
