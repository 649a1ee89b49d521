-- A semicolon that ends a statement after a dollar quote.
SELECT $x$;$x$; DROP TABLE orders
