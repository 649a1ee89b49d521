-- A function that is not allowed. In LIMIT as well.
SELECT 1 LIMIT length(pg_sleep(10)::text)
