-- A kind of statement. SET ROLE.
SET LOCAL ROLE postgres
