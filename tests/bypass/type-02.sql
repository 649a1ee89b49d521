-- Types and names as oracles. With oid.
-- says: vault
SELECT 'crm.vault'::regclass::oid
