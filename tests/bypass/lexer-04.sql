-- What the text means. An E string that hides a second statement.
SELECT E'\'; DELETE FROM orders; --'
