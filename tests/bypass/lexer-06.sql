-- What the text means. Nested comments end where PostgreSQL ends them.
-- says: vault
-- says: ssn
SELECT 1 /* /* */ , ssn */ FROM customers, vault
