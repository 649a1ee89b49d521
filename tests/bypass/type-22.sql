-- Types and names as oracles. By an aggregate of a type's name.
SELECT array_agg(pg_typeof(1)) || 50001::oid
