-- Reaching behind a mask. A merged column of a FULL JOIN.
SELECT id FROM customers FULL JOIN contacts USING (id)
