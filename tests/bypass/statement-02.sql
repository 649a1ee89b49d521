-- A kind of statement. UPDATE.
UPDATE customers SET email = 'x'
