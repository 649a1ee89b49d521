-- Types and names as oracles. With CAST.
-- says: vault
SELECT CAST('crm.vault' AS pg_catalog.regclass)
