-- Reaching behind a mask. Any aggregate.
SELECT min(email), max(phone), string_agg(phone, ','), mode() WITHIN GROUP (ORDER BY birth_date) FROM customers
