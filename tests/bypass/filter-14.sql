-- Reaching behind a row filter. The relation of the filter's own sub-select.
-- says: margin_raw
SELECT o.margin_raw FROM order_items i, orders o
