-- System columns tell about hidden rows and changes.
SELECT ctid, xmin, cmax FROM customers
