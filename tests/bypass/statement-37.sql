-- A kind of statement. REFRESH.
REFRESH MATERIALIZED VIEW orders
