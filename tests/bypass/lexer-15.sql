-- What the text means. A dollar quote needs its own tag.
-- says: ssn
SELECT $a$ $b$ , ssn FROM customers $a$
