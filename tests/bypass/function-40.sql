-- A function that is not allowed. With named arguments.
SELECT query_to_xml(query => 'SELECT 1', nulls => true, tableforest => true, targetns => '')
