-- A kind of statement. LOCK.
LOCK customers IN ACCESS EXCLUSIVE MODE
