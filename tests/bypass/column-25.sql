-- VALUES are expressions.
-- says: ssn
SELECT 1 FROM customers c, LATERAL (VALUES (c.ssn)) v
