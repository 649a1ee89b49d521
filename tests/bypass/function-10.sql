-- A function that is not allowed. It reads large objects.
SELECT lo_get(1), loread(1, 1)
