-- An alias of USING is a table of its own.
-- says: ssn
SELECT u.ssn FROM customers JOIN contacts USING (id) AS u
