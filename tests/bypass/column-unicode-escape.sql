-- A quoted name can be spelt with escapes.
-- says: ssn
SELECT U&"s\0073n" FROM customers
