-- Types and names as oracles. By BETWEEN.
-- says: vault
SELECT 'customers'::regclass BETWEEN 'crm.vault' AND 'crm.vault'
