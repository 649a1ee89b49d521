-- A hidden relation. With the warehouse's own database in front.
-- says: vault
SELECT * FROM shop.crm.vault
