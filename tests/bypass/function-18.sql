-- A function that is not allowed. It writes the transaction log.
SELECT pg_logical_emit_message(true, 'a', 'b')
