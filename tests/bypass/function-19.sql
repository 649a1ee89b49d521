-- A function that is not allowed. It changes sequences.
SELECT setval('crm.s', 1)
