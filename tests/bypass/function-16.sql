-- A function that is not allowed. It waits for locks.
SELECT pg_advisory_xact_lock(1)
