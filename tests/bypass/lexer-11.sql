-- What the text means. Full-width quotes are letters.
-- says: ssn
SELECT ＇a＇, ssn FROM customers
