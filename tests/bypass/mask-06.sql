-- Reaching behind a mask. A join with a list of guesses.
SELECT v.x FROM (VALUES ('a@b.c'), ('d@e.f')) v (x) JOIN customers ON email = v.x
