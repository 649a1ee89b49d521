-- A kind of statement. COPY reads files.
COPY orders FROM '/etc/passwd'
