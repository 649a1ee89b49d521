-- A function that is not allowed. It notifies.
SELECT pg_notify('a', 'b')
