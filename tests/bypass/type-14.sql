-- Types and names as oracles. By NULLIF.
-- says: vault
SELECT nullif('customers'::regclass, 'crm.vault')
