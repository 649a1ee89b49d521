-- System catalogs. Row estimates.
SELECT relname, reltuples, relpages FROM pg_class
