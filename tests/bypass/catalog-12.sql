-- System catalogs. Comments.
SELECT description FROM pg_description
