-- A function that is not allowed. It fetches from a cursor by name.
SELECT cursor_to_xml('c', 10, true, true, '')
