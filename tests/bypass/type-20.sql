-- Types and names as oracles. By a row.
-- says: vault
SELECT ROW('customers'::regclass) = ROW('crm.vault')
