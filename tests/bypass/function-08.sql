-- A function that is not allowed. It lists folders.
SELECT * FROM pg_ls_dir('.')
