-- Types and names as oracles. A name that is looked up tells whether it exists.
-- says: vault
SELECT 'crm.vault'::regclass
