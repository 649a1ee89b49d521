-- Types and names as oracles. By to_regclass.
-- says: vault
SELECT CASE WHEN true THEN 'crm.vault' ELSE to_regclass('customers') END
