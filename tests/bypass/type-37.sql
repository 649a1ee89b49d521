-- Types and names as oracles. The array of a hidden type.
-- says: vault_kind
-- says: vault
SELECT '{}'::crm._vault_kind
