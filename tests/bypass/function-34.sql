-- A function that is not allowed. It makes megabytes.
SELECT pg_catalog.txid_snapshot_xip('1:1:'), pg_export_snapshot()
