-- A hidden relation. ONLY and an asterisk.
-- says: vault
SELECT * FROM ONLY (crm.vault)
