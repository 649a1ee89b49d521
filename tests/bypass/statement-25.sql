-- A kind of statement. NOTIFY.
NOTIFY a, 'b'
