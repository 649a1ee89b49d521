-- What the text means. Another blank is part of a name.
-- says: ssn
SELECT ssn FROM customers
