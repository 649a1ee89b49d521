-- System catalogs. System columns of catalogs.
SELECT c.ctid, c.xmin FROM pg_class c
