-- System catalogs. Statements of others.
SELECT query, client_addr FROM pg_stat_activity
