-- What the text means. In E'' it does, and what follows is live.
-- says: ssn
SELECT E'a\\' , ssn FROM customers --'
