-- System catalogs. Hidden columns by the standard.
SELECT column_name FROM information_schema.columns
