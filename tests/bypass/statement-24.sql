-- A kind of statement. LISTEN.
LISTEN a
