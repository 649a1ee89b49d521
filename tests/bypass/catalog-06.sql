-- System catalogs. Large objects.
SELECT data FROM pg_largeobject
