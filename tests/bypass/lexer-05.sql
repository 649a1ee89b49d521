-- What the text means. An unbalanced bracket in dollar quotes.
-- says: ssn
SELECT $$($$, ssn FROM customers
