-- PREPARE can name a row type for a parameter.
PREPARE p (crm.customers) AS SELECT ($1).*
