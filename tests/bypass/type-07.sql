-- Types and names as oracles. A function's name.
-- says: peek_all
SELECT 'sales.peek_all'::regproc
