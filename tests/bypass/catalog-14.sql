-- System catalogs. Names of hidden relations.
SELECT table_schema, table_name FROM information_schema.tables
