-- An aliased join hides and renames.
-- says: ssn
SELECT j.ssn FROM (customers c CROSS JOIN orders) AS j
