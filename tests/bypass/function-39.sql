-- A function that is not allowed. With VARIADIC.
SELECT pg_notify(VARIADIC ARRAY['a', 'b'])
