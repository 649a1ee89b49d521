-- System catalogs. And the extended ones.
SELECT * FROM pg_stats_ext
