-- Types and names as oracles. A %TYPE copies a hidden column's type.
-- says: ssn
SELECT NULL::crm.customers.ssn%TYPE
