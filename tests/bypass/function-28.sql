-- A function that is not allowed. It calls a domain's input function.
SELECT domain_in('x', 50001, -1)
