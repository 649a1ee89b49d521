-- Types and names as oracles. By ANY.
-- says: vault
SELECT 'crm.vault' = ANY (SELECT 'customers'::regclass)
