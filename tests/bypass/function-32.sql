-- A function that is not allowed. It is called like a builtin, in another schema.
SELECT sales.lower('X')
