-- A kind of statement. COPY writes files.
COPY customers TO '/tmp/out'
