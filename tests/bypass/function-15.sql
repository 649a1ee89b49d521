-- A function that is not allowed. It signals.
SELECT pg_cancel_backend(1), pg_reload_conf()
