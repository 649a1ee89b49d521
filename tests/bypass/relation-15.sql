-- A hidden relation. PREPARE of it.
-- says: vault
PREPARE p AS TABLE crm.vault
