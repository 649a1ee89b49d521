-- A function that is not allowed. It is not in the list of the warehouse's own.
-- says: vault
-- says: peek_all
SELECT sales.peek_all('crm.vault')
