-- A hidden relation. By the name that the warehouse has for it.
SELECT * FROM crm."KUNDEN_KONTAKTE"
