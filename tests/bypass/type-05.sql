-- Types and names as oracles. In an array.
-- says: vault
SELECT '{crm.vault}'::regclass[]
