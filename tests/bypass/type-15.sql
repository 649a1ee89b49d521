-- Types and names as oracles. By GREATEST.
SELECT greatest('customers'::regclass, 16397)
