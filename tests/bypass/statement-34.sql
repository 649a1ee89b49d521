-- A kind of statement. CREATE EXTENSION.
CREATE EXTENSION dblink
