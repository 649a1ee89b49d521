-- A function that is not allowed. It shows the statements of others.
SELECT pg_stat_get_backend_activity(1)
