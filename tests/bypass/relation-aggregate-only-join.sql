-- A group of one person is a row.
-- database: totals
SELECT c.nick, sum(o.amount) FROM web.customers c JOIN sales.orders o ON o.customer_id = c.id GROUP BY c.nick
