-- Types and names as oracles. A column definition list.
-- says: vault
SELECT * FROM json_to_record('{"a": "crm.vault"}') AS x (a regclass)
