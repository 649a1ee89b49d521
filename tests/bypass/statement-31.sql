-- A kind of statement. LOAD.
LOAD 'auto_explain'
