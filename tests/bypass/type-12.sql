-- Types and names as oracles. A constant is looked up beside a name.
-- says: vault
SELECT 'customers'::regclass = 'crm.vault'
