-- Nor FETCH of one that is there.
-- database: closed
FETCH ALL FROM c
