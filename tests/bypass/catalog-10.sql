-- System catalogs. Source.
SELECT prosrc FROM pg_proc
