-- A column definition list does not make a column.
-- says: ssn
SELECT c.ssn FROM customers c, json_to_record('{}') AS r (ssn text)
