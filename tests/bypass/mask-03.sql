-- Reaching behind a mask. A range.
SELECT id FROM customers WHERE birth_date BETWEEN '1980-01-02' AND '1980-01-03'
