-- A hidden relation. A partition shows the rows that the parent's filter hides.
-- says: customers_emea
SELECT * FROM crm.customers_emea
