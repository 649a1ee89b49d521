-- Types and names as oracles. A function's signature.
-- says: peek_all
SELECT 'sales.peek_all(text)'::regprocedure
