-- A star over LATERAL copies every column of the row beside it.
SELECT l.* FROM customers c, LATERAL (SELECT c.*) l
