-- Reaching behind a row filter. COPY of a filtered table.
COPY customers TO STDOUT
