-- A hidden relation. COPY of a query on it.
-- says: vault
COPY (TABLE crm.vault) TO STDOUT
