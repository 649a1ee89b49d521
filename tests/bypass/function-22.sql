-- A function that is not allowed. It reads the key under another spelling.
SELECT current_setting('POSTERN.I_EMAIL')
