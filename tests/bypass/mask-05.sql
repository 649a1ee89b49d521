-- Reaching behind a mask. A regular expression as a clock.
SELECT 1 FROM customers WHERE email ~ '^(a+)+$'
