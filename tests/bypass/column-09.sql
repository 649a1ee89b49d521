-- A correlated sub-select reads the outer row.
-- says: ssn
SELECT (SELECT max(k.id) FROM contacts k WHERE k.note = c.ssn) FROM customers c
