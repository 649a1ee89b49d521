-- Reaching behind a mask. Age tells the birthday.
SELECT age(birth_date) FROM customers
