-- NATURAL JOIN would join by hidden columns when the raw tables stood there.
SELECT count(*) FROM customers NATURAL JOIN contacts
