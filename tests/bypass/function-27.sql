-- A function that is not allowed. It calls an enum's input function.
SELECT enum_in('x', 50001)
