-- Types and names as oracles. As a typed literal.
-- says: vault
SELECT regclass 'crm.vault'
