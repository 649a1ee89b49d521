-- A function that is not allowed. In ROWS FROM as well.
SELECT * FROM ROWS FROM (pg_sleep(10), generate_series(1, 2)) r
