-- A kind of statement. Prepared transactions.
COMMIT PREPARED 'a'
