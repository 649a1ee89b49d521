-- A column that no contract names is hidden as well.
-- says: payroll_no
SELECT payroll_no FROM customers
