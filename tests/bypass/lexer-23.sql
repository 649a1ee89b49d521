-- What the text means. N'' is a typed string.
-- says: ssn
SELECT N'a\', ssn FROM customers --'
