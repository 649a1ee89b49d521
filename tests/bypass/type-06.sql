-- Types and names as oracles. A type's name.
-- says: vault_kind
-- says: vault
SELECT 'crm.vault_kind'::regtype
