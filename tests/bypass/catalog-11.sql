-- System catalogs. Defaults.
SELECT adbin FROM pg_attrdef
