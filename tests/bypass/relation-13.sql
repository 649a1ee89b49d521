-- A hidden relation. A cursor on it.
-- says: vault
DECLARE c CURSOR FOR TABLE crm.vault
