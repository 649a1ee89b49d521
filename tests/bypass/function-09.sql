-- A function that is not allowed. It reads the log.
SELECT pg_current_logfile()
