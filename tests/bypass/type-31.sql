-- Types and names as oracles. JSON_TABLE.
-- says: vault
SELECT * FROM JSON_TABLE('["crm.vault"]', '$[*]' COLUMNS (a regclass PATH '$'))
