-- The functions of one server, in the layout of builtin.txt without rule, verdict and versions. What SQL cannot call is left out.
--   psql -XAtq -F '|' -f review.sql > 19.txt && cargo run --example review_functions -- 19=19.txt > builtin.txt
SELECT p.proname,
  coalesce((SELECT string_agg(format_type(a.of, NULL), ', ' ORDER BY a.place) FROM unnest(p.proargtypes) WITH ORDINALITY AS a(of, place)), ''),
  CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || format_type(p.prorettype, NULL),
  CASE WHEN g.aggkind IN ('o', 'h') THEN g.aggkind ELSE p.prokind END,
  p.provolatile,
  coalesce(nullif(CASE WHEN p.proisstrict THEN 's' ELSE '' END || CASE WHEN p.proleakproof THEN 'l' ELSE '' END || CASE WHEN p.provariadic <> 0 THEN 'v' ELSE '' END, ''), '-'),
  p.pronargdefaults || CASE WHEN g.aggkind IN ('o', 'h') THEN '/' || g.aggnumdirectargs ELSE '' END,
  coalesce((SELECT string_agg(coalesce(o.name, '') || ' ' || format_type(o.of, NULL), ', ' ORDER BY o.place)
    FROM unnest(p.proallargtypes, p.proargmodes, p.proargnames) WITH ORDINALITY AS o(of, mode, name, place) WHERE o.mode IN ('o', 't', 'b')), '')
FROM pg_proc AS p LEFT JOIN pg_aggregate AS g ON g.aggfnoid = p.oid
WHERE p.oid < 16384 AND p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind <> 'p'
  AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[] || p.prorettype) AS t(of) JOIN pg_type AS y ON y.oid = t.of
    WHERE y.typname IN ('internal', 'trigger', 'event_trigger', 'language_handler', 'fdw_handler', 'tsm_handler', 'table_am_handler', 'index_am_handler', 'pg_ddl_command'));
