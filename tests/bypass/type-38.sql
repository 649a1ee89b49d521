-- Types and names as oracles. A collation of the warehouse.
-- says: vault
SELECT note COLLATE crm.vault_collation FROM contacts
