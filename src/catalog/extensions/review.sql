-- The objects of one extension of one server, in the layout of the tables here without rule, verdict, class and versions. What SQL cannot call is left out.
-- The extension stands in a schema of the search_path, so that its types are written bare:
--   psql -XAtq -v extension=citext -f review.sql > 18.txt && cargo run --example review_extensions -- citext 18=18.txt > citext.txt
\set tab '\t'
\pset fieldsep :tab
WITH owned AS (
  SELECT d.classid, d.objid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = :'extension')
SELECT 'cast', format_type(c.castsource, NULL), format_type(c.casttarget, NULL), c.castcontext::text, c.castmethod::text, NULL, NULL, NULL, NULL
FROM owned AS o JOIN pg_cast AS c ON c.oid = o.objid WHERE o.classid = 'pg_cast'::regclass
UNION ALL
SELECT 'function', p.proname,
  coalesce((SELECT string_agg(format_type(a.of, NULL), ', ' ORDER BY a.place) FROM unnest(p.proargtypes) WITH ORDINALITY AS a(of, place)), ''),
  CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || format_type(p.prorettype, NULL),
  CASE WHEN g.aggkind IN ('o', 'h') THEN g.aggkind::text ELSE p.prokind::text END,
  p.provolatile::text,
  coalesce(nullif(CASE WHEN p.proisstrict THEN 's' ELSE '' END || CASE WHEN p.proleakproof THEN 'l' ELSE '' END || CASE WHEN p.provariadic <> 0 THEN 'v' ELSE '' END, ''), '-'),
  p.pronargdefaults || CASE WHEN g.aggkind IN ('o', 'h') THEN '/' || g.aggnumdirectargs ELSE '' END,
  coalesce((SELECT string_agg(coalesce(o.name, '') || ' ' || format_type(o.of, NULL), ', ' ORDER BY o.place)
    FROM unnest(p.proallargtypes, p.proargmodes, p.proargnames) WITH ORDINALITY AS o(of, mode, name, place) WHERE o.mode IN ('o', 't', 'b')), '')
FROM owned AS o JOIN pg_proc AS p ON p.oid = o.objid LEFT JOIN pg_aggregate AS g ON g.aggfnoid = p.oid
WHERE o.classid = 'pg_proc'::regclass AND p.prokind <> 'p'
  AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[] || p.prorettype) AS t(of) JOIN pg_type AS y ON y.oid = t.of
    WHERE y.typname IN ('internal', 'trigger', 'event_trigger', 'language_handler', 'fdw_handler', 'tsm_handler', 'table_am_handler', 'index_am_handler', 'pg_ddl_command'))
UNION ALL
SELECT 'operator', p.oprname, CASE WHEN p.oprleft = 0 THEN '' ELSE format_type(p.oprleft, NULL) END, format_type(p.oprright, NULL), format_type(p.oprresult, NULL),
  NULL, NULL, NULL, NULL
FROM owned AS o JOIN pg_operator AS p ON p.oid = o.objid WHERE o.classid = 'pg_operator'::regclass
UNION ALL
SELECT 'type', format_type(t.oid, NULL), t.typtype::text, t.typcategory::text, NULL, NULL, NULL, NULL, NULL
FROM owned AS o JOIN pg_type AS t ON t.oid = o.objid WHERE o.classid = 'pg_type'::regclass AND t.typcategory <> 'A'
ORDER BY 1, 2, 3, 4, 5;
