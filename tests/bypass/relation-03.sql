-- A hidden relation. In another schema.
-- says: salaries
SELECT * FROM hr.salaries
