-- System catalogs. Catalogs of an extension.
SELECT query FROM pg_stat_statements
