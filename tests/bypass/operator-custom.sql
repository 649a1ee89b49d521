-- An operator that is not builtin.
SELECT 1 <=>-@ 2
