-- COPY can name columns.
-- says: ssn
COPY customers (id, ssn) TO STDOUT
