-- The path decides which relation a bare name means, and nothing hidden comes into it.
-- search_path: web
SELECT * FROM customers
