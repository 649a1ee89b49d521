-- System catalogs. Sequences count rows.
SELECT * FROM pg_sequences
