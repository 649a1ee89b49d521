-- A grant without export has no COPY.
-- database: closed
COPY orders TO STDOUT
