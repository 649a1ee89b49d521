-- A function that is not allowed. It reads a setting whose name is computed.
SELECT current_setting('postern' || '.i_email')
