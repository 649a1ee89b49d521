-- Reaching behind a mask. A window beside it.
SELECT lag(email) OVER (ORDER BY phone), first_value(phone) OVER () FROM customers
