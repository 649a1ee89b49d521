-- Reaching behind a row filter. A cast in the filter that raises.
SELECT id FROM payments WHERE id = 7
