-- Types and names as oracles. A role's name.
SELECT 'postgres'::regrole
