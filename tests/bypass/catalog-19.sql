-- System catalogs. A catalog as a row.
SELECT c FROM pg_class c
