-- A kind of statement. TRUNCATE.
TRUNCATE orders
