-- System catalogs. Names of hidden columns.
SELECT attname FROM pg_attribute
