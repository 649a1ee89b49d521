-- A function that is not allowed. It rewrites by SQL.
-- says: ssn
SELECT ts_rewrite('a'::tsquery, 'SELECT ssn::tsquery, ''a''::tsquery FROM crm.customers')
