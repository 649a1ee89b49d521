-- A hidden relation. In a function's argument in FROM.
-- says: vault
SELECT * FROM generate_series(1, (SELECT count(*)::int FROM crm.vault)) g
