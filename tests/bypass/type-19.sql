-- Types and names as oracles. By a simple CASE.
-- says: vault
SELECT CASE 'customers'::regclass WHEN 'crm.vault' THEN 1 END
