-- A row as an argument of a variadic function.
SELECT format('%s', c), concat(c, 1), jsonb_build_array(c) FROM customers c
