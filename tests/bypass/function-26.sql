-- A function that is not allowed. It calls an input function with an oid.
SELECT record_in('(1)', 16386, -1)
