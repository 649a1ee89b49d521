-- A function that is not allowed. It connects elsewhere.
SELECT * FROM dblink('host=localhost', 'SELECT 1') AS t (a int)
