-- A comment between statements.
SELECT 1; /* ; */ DROP TABLE orders; --
