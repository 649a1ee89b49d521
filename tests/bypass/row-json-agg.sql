-- An aggregate over whole rows takes all columns.
SELECT json_agg(c) FROM crm.customers c
