-- Types and names as oracles. XMLTABLE.
SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS a regclass PATH 'b')
