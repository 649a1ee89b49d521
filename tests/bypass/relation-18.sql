-- A hidden relation. With the grant's database in front.
-- says: vault
SELECT * FROM analysis.crm.vault
