-- A function that is not allowed. It imports files.
SELECT lo_import('/etc/passwd')
