-- System catalogs. Server files.
SELECT * FROM pg_hba_file_rules
