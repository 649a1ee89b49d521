-- Reaching behind a mask. A cast whose error quotes the value.
SELECT email::int FROM customers
