-- A column of the table behind another name.
-- says: ssn
SELECT notiz FROM contacts
