-- Types and names as oracles. By a catalog's own column.
SELECT CASE WHEN false THEN typinput ELSE 50004 END FROM pg_type
