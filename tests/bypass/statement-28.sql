-- A kind of statement. ALTER SYSTEM.
ALTER SYSTEM SET jit = on
