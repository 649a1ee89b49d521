-- A function that is not allowed. It runs SQL as a database.
SELECT database_to_xml(true, true, '')
