-- A function that is not allowed. It reads what filters read.
SELECT current_setting('postern.i_email', true)
