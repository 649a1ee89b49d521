-- A kind of statement. FOR UPDATE.
SELECT id FROM orders FOR NO KEY UPDATE SKIP LOCKED
