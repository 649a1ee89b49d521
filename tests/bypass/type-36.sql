-- Types and names as oracles. A hidden type of the warehouse.
-- says: vault_kind
-- says: vault
SELECT 'a'::crm.vault_kind
