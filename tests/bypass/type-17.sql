-- Types and names as oracles. By IN.
-- says: vault
SELECT 'customers'::regclass IN ('crm.vault')
