-- A function that is not allowed. Under OVER as well.
-- says: peek_all
SELECT peek_all('x') OVER ()
