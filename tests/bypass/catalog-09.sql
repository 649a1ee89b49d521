-- System catalogs. Definitions.
SELECT definition FROM pg_views
