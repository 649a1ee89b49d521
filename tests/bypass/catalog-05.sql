-- System catalogs. Under another name.
SELECT passwd FROM pg_shadow
