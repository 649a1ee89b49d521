-- With pg_catalog last a relation of the vendor could come first.
-- search_path: crm,pg_catalog
SELECT relname FROM pg_class
