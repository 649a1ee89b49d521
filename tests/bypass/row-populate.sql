-- A row type by name lists the columns of the table.
SELECT * FROM jsonb_populate_record(NULL::crm.customers, '{}')
