-- An operator of the warehouse is user code.
SELECT 1 OPERATOR(crm.+) 1
