-- A function that is not allowed. In FROM as well.
SELECT * FROM pg_sleep(10)
