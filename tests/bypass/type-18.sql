-- Types and names as oracles. By IS DISTINCT FROM.
-- says: vault
SELECT 'customers'::regclass IS DISTINCT FROM 'crm.vault'
