-- A kind of statement. INTO in the middle of a union.
SELECT 1 INTO TEMP x UNION SELECT 2
