-- A hidden relation. TABLE is a SELECT.
-- says: vault
TABLE crm.vault
