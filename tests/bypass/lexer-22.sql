-- What the text means. A name of 64 bytes is cut to the one of 63.
-- says: vault
SELECT * FROM crm.vaultxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
