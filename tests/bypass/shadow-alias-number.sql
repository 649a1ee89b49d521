-- Our generated names must not meet the client's.
SELECT "customers 2".id FROM crm.customers, web.customers, orders AS "customers 2"
