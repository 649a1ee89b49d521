-- A hidden relation. A toast table holds the values of another.
SELECT * FROM pg_toast.pg_toast_16386
