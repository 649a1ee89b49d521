-- A function that is not allowed. It sleeps.
SELECT pg_sleep_for('1 hour')
