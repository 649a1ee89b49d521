-- A cast to a table's row type names its columns by place.
SELECT (ROW(1)::crm.customers).*
