-- A kind of statement. RESET ROLE.
RESET ROLE
