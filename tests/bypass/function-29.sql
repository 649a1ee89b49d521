-- A function that is not allowed. It makes text of an oid.
SELECT regclassout(16397)
