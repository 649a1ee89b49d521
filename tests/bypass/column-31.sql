-- COALESCE stops reading, not binding.
-- says: ssn
SELECT coalesce(1::text, ssn) FROM customers
