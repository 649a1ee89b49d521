-- Reaching behind a mask. Equality.
SELECT id FROM customers WHERE email = 'person@shop.example'
