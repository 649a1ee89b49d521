-- A function that is not allowed. It runs SQL.
-- says: ssn
SELECT query_to_xml('SELECT ssn FROM crm.customers', true, true, '')
