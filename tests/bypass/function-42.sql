-- A function that is not allowed. With the database in front.
SELECT analysis.pg_catalog.pg_sleep(1)
