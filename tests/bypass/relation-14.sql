-- A hidden relation. EXPLAIN of it tells columns and sizes.
-- says: vault
EXPLAIN VERBOSE SELECT * FROM crm.vault
