-- A hidden relation. A composite name in one pair of quotes.
-- says: vault
SELECT * FROM "crm.vault"
