-- A hidden relation. COPY of it.
-- says: vault
COPY crm.vault TO STDOUT
