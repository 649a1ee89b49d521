-- A function that is not allowed. It runs SQL for statistics.
-- says: ssn
SELECT * FROM ts_stat('SELECT to_tsvector(ssn) FROM crm.customers')
