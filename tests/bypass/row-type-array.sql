-- The array of a row type is a type as well.
SELECT '{}'::crm.customers[]
