-- A kind of statement. COMMENT.
COMMENT ON TABLE orders IS 'x'
