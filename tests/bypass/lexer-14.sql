-- What the text means. U& strings with another escape character.
-- says: ssn
SELECT U&'d!0027 , ssn FROM customers --' UESCAPE '!'
