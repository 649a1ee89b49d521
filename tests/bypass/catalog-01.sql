-- System catalogs. Statistics hold values of every row.
SELECT * FROM pg_stats
