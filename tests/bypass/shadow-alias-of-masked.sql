-- An alias that is the name of another relation decides which columns there are.
SELECT orders.email, customers.amount FROM customers AS orders, orders AS customers
