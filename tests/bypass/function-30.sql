-- A function that is not allowed. It looks a name up.
-- says: vault
SELECT regclassin('crm.vault')
