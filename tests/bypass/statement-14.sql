-- A kind of statement. PREPARE hides a write.
PREPARE p AS UPDATE orders SET id = 1
