-- Reaching behind a mask. Letter by letter.
SELECT substr(phone, g, 1), ascii(substr(phone, g, 1)) FROM customers, generate_series(1, 20) g
