-- A function that is not allowed. It reads files.
SELECT pg_read_binary_file('pg_hba.conf')
