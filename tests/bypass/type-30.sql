-- Types and names as oracles. JSON_VALUE … RETURNING.
-- says: vault
SELECT JSON_VALUE('"crm.vault"', '$' RETURNING regclass)
