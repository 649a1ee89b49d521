-- System catalogs. Passwords.
SELECT rolpassword FROM pg_authid
