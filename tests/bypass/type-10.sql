-- Types and names as oracles. A configuration's name.
-- says: vault
SELECT 'crm.vault_config'::regconfig
