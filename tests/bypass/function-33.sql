-- A function that is not allowed. A procedure of the internals.
SELECT binary_upgrade_set_next_pg_type_oid(1)
