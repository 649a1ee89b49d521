-- Types and names as oracles. By a column of a whole row.
SELECT coalesce((t).typinput, 50004) FROM pg_type t
