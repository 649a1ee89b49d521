-- A function that is not allowed. Quoted.
SELECT "pg_catalog"."pg_sleep"(1)
