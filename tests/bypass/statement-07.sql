-- A kind of statement. SELECT INTO creates a table.
SELECT * INTO x FROM customers
