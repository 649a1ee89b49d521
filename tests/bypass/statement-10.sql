-- A kind of statement. A materialized view.
CREATE MATERIALIZED VIEW x AS SELECT 1
