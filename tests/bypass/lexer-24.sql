-- What the text means. Bit strings keep their quotes.
-- says: ssn
SELECT B'1'', ssn FROM customers --'
