-- A window by name reads later in the text.
-- says: ssn
SELECT sum(id) OVER w FROM customers WINDOW w AS (PARTITION BY ssn)
