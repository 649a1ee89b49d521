-- Types and names as oracles. A number becomes a name.
SELECT unnest(array['customers'::regclass, 16397])
