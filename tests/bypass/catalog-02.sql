-- System catalogs. So do the raw ones.
SELECT stavalues1 FROM pg_statistic
