-- A kind of statement. CALL runs code.
CALL pg_catalog.pg_sleep(1)
