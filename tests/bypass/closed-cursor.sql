-- Nor cursors.
-- database: closed
DECLARE c CURSOR FOR SELECT 1
