-- pg_temp holds objects of the session.
SELECT * FROM pg_temp.customers
