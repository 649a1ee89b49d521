-- Without LATERAL a sub-select does not see its neighbours.
SELECT * FROM customers c, (SELECT c.email) s
