-- Types and names as oracles. By a default of lag.
-- says: vault
SELECT lag('customers'::regclass, 1, 'crm.vault') OVER ()
