-- A kind of statement. VACUUM.
VACUUM FULL
