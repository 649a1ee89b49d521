-- Types and names as oracles. A parameter is looked up beside a name.
SELECT coalesce($1, 'customers'::regclass)
