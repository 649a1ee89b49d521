-- A kind of statement. REINDEX.
REINDEX TABLE orders
