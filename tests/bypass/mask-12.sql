-- Reaching behind a mask. A constant mask in a divisor.
SELECT 1 / score FROM scores WHERE customer_id < 0
