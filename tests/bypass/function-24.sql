-- A function that is not allowed. It tells who else is there.
SELECT * FROM pg_stat_get_activity(NULL::int)
