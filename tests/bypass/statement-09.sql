-- A kind of statement. CREATE TABLE AS.
CREATE TABLE x AS SELECT * FROM customers
