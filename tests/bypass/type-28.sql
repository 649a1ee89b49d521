-- Types and names as oracles. A declared parameter.
PREPARE p (regclass) AS SELECT $1
