-- A kind of statement. MERGE in a CTE was once taken for a read.
WITH x AS (MERGE INTO orders o USING contacts k ON o.id = k.id WHEN MATCHED THEN DELETE) SELECT 1
