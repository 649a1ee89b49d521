-- A function that is not allowed. It runs SQL in a schema.
SELECT schema_to_xml('crm', true, true, '')
