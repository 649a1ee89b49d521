-- Another grant of the same vendor shows it, this one does not.
-- database: closed
SELECT * FROM crm.customers
