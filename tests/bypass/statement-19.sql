-- A kind of statement. DO runs code.
DO LANGUAGE plpgsql $$ BEGIN EXECUTE 'DROP TABLE crm.customers'; END $$
