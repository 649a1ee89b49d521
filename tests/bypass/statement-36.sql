-- A kind of statement. SECURITY LABEL.
SECURITY LABEL ON TABLE orders IS 'x'
