-- A function that is not allowed. It writes large objects.
SELECT lo_from_bytea(0, 'x')
