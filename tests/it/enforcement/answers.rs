//! The answer to an accepted statement is the answer on masked views; where it could be another, there is none.

use super::world::{Plan, Shown};

#[test]
fn grouping_by_a_key_is_restored_only_where_the_groups_stay_the_same() {
    let setup = "
        CREATE TABLE crm.c (id int PRIMARY KEY, name text, doc json, amount int);
        INSERT INTO crm.c SELECT g, 'n' || g, '{}', g * 10 FROM generate_series(1, 3) g;
        CREATE TABLE crm.o (id int PRIMARY KEY, c int);
        INSERT INTO crm.o SELECT g, g % 3 + 1 FROM generate_series(1, 9) g;
        CREATE TABLE crm.m (id int PRIMARY KEY, name text);
        INSERT INTO crm.m SELECT g, 'n' || g FROM generate_series(1, 20) g;
        CREATE TABLE crm.two (a int, b int, name text, PRIMARY KEY (a, b));
        INSERT INTO crm.two SELECT g, g, 'n' || g FROM generate_series(1, 3) g;";
    let shown = [
        Shown::new("crm.c", &["id", "name", "doc", "amount"]),
        Shown::new("crm.o", &["id", "c"]),
        Shown::new("crm.m", &["id", "name"]).masks(&[("id", "{name: bucket, width: 10}")]),
        Shown::new("crm.two", &["a", "b", "name"]),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers(&[
            ("SELECT id, name FROM crm.c GROUP BY id ORDER BY id", "1|n1\n2|n2\n3|n3"),
            (
                "SELECT c.id, name, count(o.id) FROM crm.c JOIN crm.o ON o.c = c.id GROUP BY c.id ORDER BY amount DESC",
                "3|n3|3\n2|n2|3\n1|n1|3",
            ),
            ("SELECT name, count(*) FROM crm.two GROUP BY a, b HAVING name > 'n1' ORDER BY name", "n2|1\nn3|1"),
            // Appended to each set, the name would make NULLs into values.
            (
                "SELECT id, name FROM crm.c GROUP BY GROUPING SETS ((id), (id, name)) ORDER BY 1, 2",
                "1|n1\n1|\n2|n2\n2|\n3|n3\n3|",
            ),
            ("SELECT id, count(*) FROM crm.c GROUP BY ROLLUP (id) ORDER BY 1", "1|1\n2|1\n3|1\n|3"),
        ]);
        world.refuses(&[
            ("SELECT id, name, amount FROM crm.c GROUP BY GROUPING SETS ((id), (id, name))", "42803"),
            ("SELECT id, name FROM crm.c GROUP BY ROLLUP (id)", "42803"),
            ("SELECT id, doc FROM crm.c GROUP BY id", "42803"),
            // Twenty people became three: the name of none of them is the group's.
            ("SELECT id, name FROM crm.m GROUP BY id", "42803"),
            ("SELECT a, name FROM crm.two GROUP BY a", "42803"),
        ]);
    });
}

#[test]
fn operators_bind_as_the_client_wrote_them_and_are_builtin_ones() {
    let setup = "
        CREATE SCHEMA ops; GRANT USAGE ON SCHEMA ops TO PUBLIC;
        CREATE FUNCTION ops.always(varchar, varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
        CREATE OPERATOR ops.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = ops.always);
        CREATE OPERATOR ops.<> (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = ops.always);
        CREATE OPERATOR ops.< (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = ops.always);
        CREATE OPERATOR ops.>= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = ops.always);
        CREATE OPERATOR ops.<= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = ops.always);
        CREATE TABLE crm.c (id int PRIMARY KEY, v varchar(10)); INSERT INTO crm.c VALUES (1, 'a'), (2, 'b');";
    let plan = Plan { search_path: "ops, crm", ..Plan::new(setup, const { &[Shown::new("crm.c", &["id", "v"])] }) };
    plan.each(|world| {
        for sql in [
            "SELECT 2 OPERATOR(pg_catalog.+) 3 OPERATOR(pg_catalog.*) 4",
            "SELECT -2 OPERATOR(pg_catalog.^) 2, -2 ^ 2",
            "SELECT 2 + 3 * 4, 2 ^ 3 ^ 2, 10 - 4 - 3, 100 / 10 / 5, 7 % 4 * 2",
            "SELECT NOT true = false, NOT (true = false), (1 < 2) = true, (1 + 1 IN (2)) = true",
            "SELECT 'a' || 1 + 1 || 'b'",
            "SELECT 1 BETWEEN 0 AND 2 AND false, (5 IS DISTINCT FROM 5) IS NULL",
            "SELECT -1::int2, - 5 % 3, @ -5 + 1, |/ 16 + 9, 2 - -3",
            "SELECT array[1,2] || 3 @> array[3], 'abc' LIKE 'a' || '%', 3 | 4 & 6 # 1",
            "SELECT -'1 day'::interval * 2, date '2024-01-31' - 1 - 1",
        ] {
            // Direct, a path without the users' operators.
            assert_eq!(world.ask(sql), world.direct(sql), "PostgreSQL {}: {sql}", world.major());
        }
        world.answers(&[
            ("SELECT id FROM crm.c WHERE v = 'a'", "1"),
            ("SELECT id FROM crm.c WHERE v IN ('a', 'x')", "1"),
            ("SELECT id FROM crm.c WHERE v NOT IN ('a', 'x')", "2"),
            ("SELECT id FROM crm.c WHERE v IN (SELECT c.v FROM crm.c WHERE id = 1)", "1"),
            ("SELECT id FROM crm.c WHERE v = ANY (ARRAY['a']::varchar[])", "1"),
            ("SELECT id, NULLIF(v, 'a'), CASE v WHEN 'a' THEN 1 ELSE 2 END FROM crm.c ORDER BY id", "1||1\n2|b|2"),
            ("SELECT id FROM crm.c WHERE v IS DISTINCT FROM 'a'", "2"),
            ("SELECT id FROM crm.c WHERE v BETWEEN 'a' AND 'a'", "1"),
            ("SELECT id FROM crm.c WHERE (v, id) = ('a', 1)", "1"),
            ("SELECT count(*) FROM crm.c a JOIN crm.c b USING (v)", "2"),
            ("SELECT count(*) FROM crm.c a NATURAL JOIN crm.c b", "2"),
            ("SELECT greatest(v, 'b'), least(v, 'b') FROM crm.c WHERE id = 1", "b|a"),
        ]);
    });
}

#[test]
fn copy_of_a_relation_is_copys_own_and_not_a_querys() {
    let setup = "
        CREATE TABLE crm.g (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED, note text);
        INSERT INTO crm.g (id, note) SELECT g, 'n' || g FROM generate_series(1, 3) g;
        CREATE TABLE crm.parent (id int, note text); INSERT INTO crm.parent VALUES (1, 'parent');
        CREATE TABLE crm.child () INHERITS (crm.parent); INSERT INTO crm.child VALUES (2, 'child');
        CREATE TABLE crm.whole (id int, note text) PARTITION BY RANGE (id);
        CREATE TABLE crm.part PARTITION OF crm.whole FOR VALUES FROM (0) TO (10); INSERT INTO crm.whole VALUES (1, 'x');
        CREATE VIEW crm.v AS SELECT * FROM crm.g;
        CREATE MATERIALIZED VIEW crm.mv AS SELECT * FROM crm.g;";
    let shown = [
        Shown::new("crm.g", &["id", "twice", "note"]),
        Shown::new("crm.parent", &["id", "note"]),
        Shown::new("crm.whole", &["id", "note"]),
        Shown::new("crm.v", &["id", "note"]),
        Shown::new("crm.mv", &["id", "note"]),
    ];
    Plan::new(setup, &shown).each(|world| {
        for sql in [
            "COPY crm.g TO STDOUT",
            "COPY crm.g (note, id) TO STDOUT WITH (FORMAT csv, HEADER)",
            "COPY crm.parent TO STDOUT",
            "COPY (SELECT * FROM crm.parent ORDER BY id) TO STDOUT",
            "COPY (SELECT * FROM crm.g ORDER BY id) TO STDOUT",
            "COPY (SELECT * FROM crm.whole) TO STDOUT",
        ] {
            assert_eq!(world.ask(sql), world.direct(sql), "PostgreSQL {}: {sql}", world.major());
        }
        world.refuses(&[
            ("COPY crm.whole TO STDOUT", "42809"),
            ("COPY crm.v TO STDOUT", "42809"),
            ("COPY crm.mv TO STDOUT", "42809"),
            ("COPY crm.g (twice) TO STDOUT", "42P10"),
            ("COPY crm.g (id, id) TO STDOUT", "42701"),
        ]);
    });
}

#[test]
fn whole_rows_are_collected_and_cast_as_those_of_views_are() {
    let setup = "
        CREATE TABLE crm.c (id int PRIMARY KEY, hidden text, name text, n numeric(10,2), region text);
        INSERT INTO crm.c SELECT g, 'CANARY', 'n' || g, g + 0.4, CASE WHEN g < 4 THEN 'EMEA' ELSE 'US' END FROM generate_series(1, 5) g;
        INSERT INTO crm.c VALUES (9, 'CANARY', NULL, NULL, 'EMEA');
        CREATE TABLE crm.o (id int PRIMARY KEY, c int); INSERT INTO crm.o SELECT g, g FROM generate_series(1, 4) g;
        CREATE SCHEMA ref; CREATE VIEW ref.o AS SELECT id, c FROM crm.o;
        CREATE VIEW ref.c AS SELECT id, name, round(n)::numeric(10,2) AS n FROM crm.c WHERE region = 'EMEA';";
    let shown = [
        Shown::new("crm.c", &["id", "name", "n"]).filter("region = 'EMEA'").masks(&[("n", "{name: round, digits: 0}")]),
        Shown::new("crm.o", &["id", "c"]),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers_as_views(&[
            // Arrays of rows.
            "SELECT array_agg(c ORDER BY id)::text FROM crm.c",
            "SELECT array_agg(DISTINCT c)::text, count(DISTINCT c) FROM crm.c",
            "SELECT to_json(array_agg(c ORDER BY id)), to_jsonb(array_agg(c ORDER BY id DESC)) FROM crm.c",
            "SELECT o.c, array_agg(c)::text FROM crm.o LEFT JOIN crm.c ON c.id = o.c GROUP BY o.c ORDER BY 1",
            "SELECT to_json(array_agg(c) FILTER (WHERE n > 2)), cardinality(array_agg(c)), (array_agg(c ORDER BY id))[2] FROM crm.c",
            "SELECT coalesce(array_agg(c), '{}')::text FROM crm.c WHERE id > 99",
            "SELECT unnest(array_agg(c ORDER BY id)) FROM crm.c",
            "SELECT ARRAY[c, d, NULL]::text FROM crm.c, crm.c d WHERE c.id < d.id ORDER BY c.id, d.id",
            "SELECT ARRAY(SELECT c FROM crm.c ORDER BY id)::text, to_json((ARRAY(SELECT c FROM crm.c ORDER BY id))[2:3])",
            "SELECT array_length(rows, 1), rows[1:2]::text FROM (SELECT array_agg(c ORDER BY id) AS rows FROM crm.c) s",
            "SELECT x.id FROM crm.c x WHERE x = ANY (SELECT c FROM crm.c WHERE n = 2) OR x = ANY (ARRAY(SELECT c FROM crm.c WHERE id = 1)) ORDER BY 1",
            // Rows whose columns have other names keep those of the relation.
            "SELECT row_to_json(x), row_to_json(x.*), to_jsonb(x), x FROM crm.c x (a, b) ORDER BY a",
            "SELECT json_agg(x ORDER BY a), array_agg(x ORDER BY a)::text FROM crm.c x (a, b, c)",
            "SELECT o.id, row_to_json(x), x IS NULL, x IS NOT NULL, count(x) OVER () FROM crm.o LEFT JOIN crm.c x (a) ON x.a = o.c ORDER BY 1",
            "SELECT json_agg(s) FROM (SELECT x AS who, b FROM crm.c x (a, b) ORDER BY a) s",
            "SELECT (SELECT row_to_json(\"row\")) FROM crm.c \"row\" (whole) ORDER BY whole",
            "SELECT (x.*)::record FROM crm.c x (a) WHERE x.* IS NOT NULL ORDER BY x.a",
            "SELECT row_to_json(x.*::record) FROM crm.c x (a) ORDER BY x.a",
            "SELECT row_to_json(ROW(x.*)), row_to_json(ROW(x)) FROM crm.c x (a) ORDER BY x.a",
            // A row as what it is.
            "SELECT (c.*)::crm.c, c::crm.c, (c::crm.c).name, ((c.*)::crm.c).* FROM crm.c ORDER BY id",
            "SELECT row_to_json(CAST(c AS crm.c)) FROM crm.c ORDER BY id",
            "SELECT (r::crm.c).n FROM (SELECT c AS r FROM crm.c) s ORDER BY 1",
            "SELECT x.id FROM crm.c x WHERE x.* IN (VALUES (x.*::crm.c)) ORDER BY 1",
            "SELECT (s.*)::crm.c FROM (SELECT id, name, n FROM crm.c) s ORDER BY id",
        ]);
        world.refuses(&[
            // The client would read the type of the array, which is the relation's over the view.
            ("SELECT array_agg(c) FROM crm.c", "0A000"),
            ("SELECT ARRAY[c, NULL] FROM crm.c", "0A000"),
            ("SELECT ARRAY(SELECT c FROM crm.c)", "0A000"),
            ("SELECT (SELECT array_agg(c) FROM crm.c)", "0A000"),
            ("SELECT s.list[1:2] FROM (SELECT array_agg(c) AS list FROM crm.c) s", "0A000"),
            ("SELECT coalesce(NULL, array_agg(c)), 1 FROM crm.c", "0A000"),
            ("SELECT nullif(array_agg(c), NULL) FROM crm.c", "0A000"),
            ("SELECT greatest(ARRAY[c], ARRAY[c]) FROM crm.c", "0A000"),
            ("SELECT max(ARRAY[c]) FROM crm.c", "0A000"),
            ("SELECT lag(ARRAY[c]) OVER () FROM crm.c", "0A000"),
            ("SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ARRAY[c]) FROM crm.c", "0A000"),
            ("SELECT mode() WITHIN GROUP (ORDER BY ARRAY[c]) FROM crm.c", "0A000"),
            ("SELECT array_fill(c, ARRAY[2]) FROM crm.c", "0A000"),
            ("SELECT array_agg(c) || array_agg(c) FROM crm.c", "0A000"),
            ("SELECT array_agg(ARRAY[c]) FROM crm.c", "0A000"),
            ("SELECT CASE WHEN count(*) > 1 THEN array_agg(c) END FROM crm.c", "0A000"),
            ("SELECT NULL UNION ALL SELECT array_agg(c) FROM crm.c", "0A000"),
            ("VALUES ((SELECT array_agg(c) FROM crm.c))", "0A000"),
            ("WITH w AS (SELECT array_agg(c) AS list FROM crm.c) TABLE w", "0A000"),
            ("SELECT x FROM unnest(ARRAY[(SELECT array_agg(c) FROM crm.c)]) x", "0A000"),
            // Not what the view would say, or nothing that it would.
            ("SELECT ARRAY[c, o] FROM crm.c, crm.o", "0A000"),
            ("SELECT ARRAY[ROW(1, 'x', 2), c] FROM crm.c", "0A000"),
            ("SELECT * FROM unnest((SELECT array_agg(c) FROM crm.c)) u", "0A000"),
            ("SELECT u FROM (SELECT array_agg(c) AS rows FROM crm.c) s, unnest(s.rows[1:2], ARRAY[1]) u", "0A000"),
            ("SELECT (unnest(array_agg(c))).id FROM crm.c", "0A000"),
            ("SELECT (x).a FROM crm.c x (a)", "0A000"),
            ("SELECT row_to_json(x) FROM crm.c x (a, a)", "0A000"),
            ("SELECT o::crm.c FROM crm.o", "42704"),
            ("SELECT ROW(1, 'x', 2)::crm.c", "42704"),
            ("SELECT (s.*)::crm.c FROM (SELECT n, id, name FROM crm.c) s", "42704"),
            ("SELECT (c.*)::crm.c[] FROM crm.c", "42704"),
            ("SELECT NULL::crm.c, '(1,a,2)'::crm.c", "42704"),
            ("SELECT (c.*)::crm.hidden FROM crm.c", "42704"),
        ]);
    });
}

#[test]
fn fields_of_composite_types_are_selected_wherever_their_rows_stand() {
    let setup = "
        CREATE SCHEMA typ; GRANT USAGE ON SCHEMA typ TO PUBLIC;
        CREATE TYPE typ.address AS (street text, zip int);
        CREATE TYPE typ.stay AS (home typ.address, past typ.address[], since date);
        CREATE DOMAIN typ.addresses AS typ.address[];
        CREATE TABLE crm.p (id int PRIMARY KEY, at typ.address, many typ.address[], stay typ.stay, more typ.addresses, hidden typ.address, region text);
        INSERT INTO crm.p SELECT g, ROW('s' || g, g)::typ.address, ARRAY[ROW('a' || g, g), NULL, ROW('b' || g, g + 1)]::typ.address[],
            ROW(ROW('h' || g, g), ARRAY[ROW('o' || g, g)]::typ.address[], '2024-01-01')::typ.stay, ARRAY[ROW('m' || g, g)]::typ.address[],
            ROW('CANARY', 1)::typ.address, CASE WHEN g < 3 THEN 'EMEA' ELSE 'US' END FROM generate_series(1, 3) g;
        INSERT INTO crm.p VALUES (9, NULL, NULL, NULL, NULL, NULL, 'EMEA'), (8, NULL, '{}', ROW(NULL, '{}', NULL), '{}', NULL, 'EMEA');
        CREATE SCHEMA ref; CREATE VIEW ref.p AS SELECT id, at, many, stay, more FROM crm.p WHERE region = 'EMEA';";
    let shown = [Shown::new("crm.p", &["id", "at", "many", "stay", "more"]).filter("region = 'EMEA'")];
    Plan::new(setup, &shown).each(|world| {
        world.answers_as_views(&[
            // An array in FROM has the columns of its rows.
            "SELECT id, u.street, u.zip FROM crm.p, unnest(many) u ORDER BY 1, 3, 2",
            "SELECT u.* FROM crm.p p, unnest(p.many) WITH ORDINALITY u ORDER BY p.id, 3",
            "SELECT * FROM crm.p, unnest(many) AS u (a, b) WHERE b > 1 ORDER BY id, b",
            "SELECT street FROM crm.p, unnest(more) ORDER BY 1",
            "SELECT u, row_to_json(u), street(u), (u).zip FROM crm.p, unnest(many) u ORDER BY id, zip",
            "SELECT p.id, u.zip FROM crm.p LEFT JOIN LATERAL unnest(p.many) u ON true ORDER BY 1, 2",
            "SELECT * FROM unnest((SELECT many FROM crm.p WHERE id = 1), ARRAY[5, 6, 7, 8]) AS x ORDER BY unnest",
            "SELECT * FROM unnest((SELECT many FROM crm.p WHERE id = 1), (SELECT more FROM crm.p WHERE id = 2)) AS x (a, b, c, d) ORDER BY a",
            "SELECT x.n, x.street FROM ROWS FROM (generate_series(1, 2), unnest((SELECT many FROM crm.p WHERE id = 1))) AS x (n) ORDER BY 1",
            "SELECT u.zip FROM (SELECT array_agg(at) AS list FROM crm.p) s, unnest(s.list) u ORDER BY 1",
            "SELECT u.zip FROM crm.p, unnest(coalesce(many, '{}') || at || array_append(more, at)) u ORDER BY 1",
            "SELECT u.street FROM unnest(ARRAY(SELECT at FROM crm.p)) u ORDER BY 1",
            "WITH w AS (SELECT many FROM crm.p UNION ALL SELECT NULL) SELECT count(u.zip) FROM w, unnest(w.many) u",
            // Elements and parts.
            "SELECT (many)[1].zip, (many[3]).street, (many[2:3])[2].zip, (more)[1].street FROM crm.p ORDER BY id",
            "SELECT (array_agg(at ORDER BY id))[1].street FROM crm.p", "SELECT (ARRAY[NULL, at])[2].zip FROM crm.p ORDER BY id",
            "SELECT (unnest(many)).zip FROM crm.p ORDER BY 1",
            "SELECT (x.u).zip, (x.u).* FROM (SELECT unnest(many) AS u FROM crm.p) x ORDER BY 1, 2",
            // Rows within rows.
            "SELECT (stay).home, ((stay).home).street, (stay).home.zip, (stay).past[1].street, (stay).since FROM crm.p ORDER BY id",
            "SELECT ((stay).home).*, (stay).* FROM crm.p ORDER BY id",
            "SELECT id, x.street FROM crm.p, unnest((stay).past) x ORDER BY 1",
            "SELECT (s.h).street FROM (SELECT (stay).home AS h FROM crm.p) s ORDER BY 1",
            // One row of several.
            "SELECT (coalesce(at, many[1])).zip, (CASE WHEN id > 1 THEN at ELSE many[1] END).street, (lag(at) OVER (ORDER BY id)).zip FROM crm.p ORDER BY id",
            "SELECT (r).zip FROM (SELECT at AS r FROM crm.p UNION ALL SELECT many[1] FROM crm.p) q ORDER BY 1",
            "SELECT (ROW('s', 3)::typ.address).street, ('{\"(a,1)\"}'::typ.address[])[1].zip, (ROW(ROW('x', 1), NULL, NULL)::typ.stay).home.zip",
            "SELECT (jsonb_populate_record(at, '{\"zip\": 9}')).zip FROM crm.p ORDER BY id",
            "SELECT count(*) FROM crm.p WHERE EXISTS (SELECT FROM unnest(many) u WHERE u.zip > p.id)",
        ]);
        world.refuses(&[
            ("SELECT (hidden).street FROM crm.p", "42703"),
            ("SELECT (many[1]).hidden FROM crm.p", "42703"),
            ("SELECT u.nosuch FROM crm.p, unnest(many) u", "42703"),
            ("SELECT (many).zip FROM crm.p", "0A000"),
            // The rows of a relation are not of its type to the warehouse.
            ("SELECT (coalesce(p, p)).at FROM crm.p", "0A000"),
            ("SELECT (ARRAY[p])[1].id FROM crm.p", "0A000"),
            ("SELECT u.id FROM (SELECT array_agg(p) || p AS list FROM crm.p GROUP BY p) s, unnest(s.list) u", "0A000"),
        ]);
    });
}

#[test]
fn fields_are_selected_from_rows_that_are_known_and_from_no_other() {
    let setup = "
        CREATE TABLE crm.c (id int PRIMARY KEY, name text, hidden text);
        INSERT INTO crm.c SELECT g, 'n' || g, 'CANARY' FROM generate_series(1, 3) g;";
    Plan::new(setup, &[Shown::new("crm.c", &["id", "name"])]).each(|world| {
        for sql in [
            "SELECT (array_agg(c))[1].id FROM crm.c",
            "SELECT (ARRAY(SELECT c FROM crm.c))[1].hidden",
            "SELECT (lag(c) OVER ()).id FROM crm.c",
            "SELECT (first_value(c) OVER (ORDER BY id)).hidden FROM crm.c",
            "SELECT (CASE WHEN id > 0 THEN c END).id FROM crm.c",
            "SELECT (coalesce(c, c)).id FROM crm.c",
            "SELECT (max(c)).id FROM crm.c",
            "SELECT ((SELECT ARRAY[c])[1]).id FROM crm.c",
        ] {
            let said = world.ask(sql);
            assert!(
                said.starts_with("ERROR:  0A000: ") && !said.contains("CANARY"),
                "PostgreSQL {}: {sql}: {said}",
                world.major()
            );
        }
        world.answers(&[
            ("SELECT (c).id FROM crm.c ORDER BY 1", "1\n2\n3"),
            ("SELECT (x.c).name FROM (SELECT c FROM crm.c) x ORDER BY 1", "n1\nn2\nn3"),
            ("WITH w AS (SELECT c FROM crm.c) SELECT (c).name, (c).* FROM w WHERE (c).id = 2", "n2|2|n2"),
            ("SELECT (r).id FROM (SELECT c AS r FROM crm.c UNION ALL SELECT c FROM crm.c) u WHERE (r).id = 1", "1\n1"),
            ("SELECT id(c), c.name FROM crm.c WHERE id = 3", "3|n3"),
            ("SELECT row_to_json(c) FROM crm.c WHERE id = 1", "{\"id\":1,\"name\":\"n1\"}"),
            ("SELECT c FROM crm.c WHERE id = 1", "(1,n1)"),
        ]);
        world.refuses(&[("SELECT (c).hidden FROM crm.c", "42703"), ("SELECT hidden(c) FROM crm.c", "42883")]);
    });
}

#[test]
fn relations_of_one_name_from_two_schemas_stand_side_by_side() {
    let setup = "
        CREATE TABLE crm.customers (id int PRIMARY KEY, note text); INSERT INTO crm.customers VALUES (1, 'a'), (2, 'b');
        CREATE SCHEMA mv; CREATE TABLE mv.customers (id int PRIMARY KEY, note text, extra int); INSERT INTO mv.customers VALUES (2, 'B', 20), (3, 'C', 30);";
    let shown = [Shown::new("crm.customers", &["id", "note"]), Shown::new("mv.customers", &["id", "note", "extra"])];
    Plan::new(setup, &shown).each(|world| {
        for sql in [
            "SELECT count(*) FROM crm.customers, mv.customers",
            "SELECT crm.customers.note, mv.customers.note FROM crm.customers, mv.customers WHERE crm.customers.id = mv.customers.id",
            "SELECT * FROM crm.customers, mv.customers WHERE crm.customers.id = mv.customers.id",
            "SELECT mv.customers.*, crm.customers.id FROM crm.customers JOIN mv.customers USING (id)",
            "SELECT extra FROM crm.customers, mv.customers ORDER BY crm.customers.id, mv.customers.id",
            "SELECT crm.customers.id, (SELECT max(mv.customers.extra) FROM mv.customers WHERE mv.customers.id > crm.customers.id) FROM crm.customers ORDER BY 1",
            "SELECT crm.customers.note, count(*) FROM crm.customers, mv.customers GROUP BY crm.customers.note ORDER BY 1",
        ] {
            assert_eq!(world.ask(sql), world.direct(sql), "PostgreSQL {}: {sql}", world.major());
        }
        // A nearer relation of the same name takes nothing from one further out.
        for sql in [
            "SELECT (SELECT crm.customers.id FROM mv.customers LIMIT 1) FROM crm.customers ORDER BY 1",
            "SELECT crm.customers.id FROM crm.customers WHERE EXISTS (SELECT FROM mv.customers WHERE mv.customers.id = crm.customers.id)",
            "SELECT s.n FROM crm.customers, LATERAL (SELECT crm.customers.id + mv.customers.id AS n FROM mv.customers) s ORDER BY 1",
            "SELECT crm.customers.id, (SELECT count(*) FROM mv.customers, (SELECT crm.customers.id AS i) x WHERE x.i = mv.customers.id) FROM crm.customers ORDER BY 1",
        ] {
            assert_eq!(world.ask(sql), world.direct(sql), "PostgreSQL {}: {sql}", world.major());
        }
        // Output names are the client's.
        let named = world.ask("COPY (SELECT * FROM crm.customers, mv.customers LIMIT 0) TO STDOUT WITH (FORMAT csv, HEADER)");
        assert_eq!(named, "id,note,id,note,extra");
        world.refuses(&[("SELECT customers.id FROM crm.customers, mv.customers", "42P09"), ("SELECT id FROM crm.customers, mv.customers", "42702")]);
    });
}

#[test]
fn functions_inside_views_find_their_tables_whatever_path_the_client_sets() {
    let setup = "
        CREATE TABLE crm.rates (id int PRIMARY KEY, r int); INSERT INTO crm.rates VALUES (1, 10), (2, 20);
        SET search_path = crm;
        CREATE FUNCTION crm.rate(int) RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER AS 'BEGIN RETURN (SELECT max(r) FROM rates WHERE id <= $1); END';
        CREATE VIEW crm.v AS SELECT id, crm.rate(id) AS rate FROM crm.rates;
        RESET search_path;
        CREATE SCHEMA other; CREATE TABLE other.rates (id int PRIMARY KEY, r int); INSERT INTO other.rates VALUES (1, -1);";
    let shown = [Shown::new("crm.v", &["id", "rate"]), Shown::new("other.rates", &["id", "r"])];
    Plan::new(setup, &shown).each(|world| {
        let rows = "1|10\n2|20";
        for path in ["pg_catalog", "other", "other, crm", "pg_catalog, other, public", "''"] {
            let said = world.converse(&[&format!("SET search_path = {path}"), "SELECT * FROM crm.v ORDER BY id"]);
            assert_eq!(said, rows, "PostgreSQL {}: {path}", world.major());
        }
        assert_eq!(world.converse(&["SET search_path = other", "SELECT r FROM rates"]), "-1");
    });
}

#[test]
fn a_schema_whose_operators_nothing_means_unasked_stays_on_the_path() {
    let setup = "
        CREATE SCHEMA ops; GRANT USAGE ON SCHEMA ops TO PUBLIC;
        CREATE FUNCTION ops.cross(path, path) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
        CREATE FUNCTION ops.count(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
        CREATE OPERATOR ops.## (LEFTARG = path, RIGHTARG = path, FUNCTION = ops.cross);
        CREATE OPERATOR ops.@#@ (RIGHTARG = int, FUNCTION = ops.count);
        CREATE TYPE ops.pair AS (a int, b text);
        CREATE TABLE crm.c (id int PRIMARY KEY, v text); INSERT INTO crm.c VALUES (1, 'a'), (2, 'b');
        SET search_path = ops;
        CREATE FUNCTION ops.paired(int) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT @#@ (ROW($1, ''x'')::pair).a); END';
        CREATE VIEW crm.v AS SELECT id, ops.paired(id) AS pair FROM crm.c;
        RESET search_path;";
    let shown = [Shown::new("crm.c", &["id", "v"]), Shown::new("crm.v", &["id", "pair"])];
    Plan { search_path: "ops, crm", ..Plan::new(setup, &shown) }.each(|world| {
        world.answers(&[
            ("SELECT * FROM crm.v ORDER BY id", "1|1\n2|2"),
            ("SELECT point '(0,0)' ## lseg '[(0,1),(1,1)]'", "(0,1)"),
            ("SELECT id FROM crm.c WHERE v IN ('a', 'x')", "1"),
        ]);
        world.refuses(&[("SELECT path '[(0,0),(1,1)]' ## path '[(0,1),(1,0)]'", "42883"), ("SELECT @#@ 1", "42883")]);
    });
    // One operator that syntax means, and the schema is off the path again.
    let named = format!(
        "{setup} CREATE FUNCTION ops.always(varchar, varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
        CREATE OPERATOR ops.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = ops.always);"
    );
    Plan { search_path: "ops, crm", ..Plan::new(&named, &shown) }.each(|world| {
        world.refuses(&[("SELECT * FROM crm.v ORDER BY id", "42704")]);
        world.answers(&[("SELECT id FROM crm.c WHERE v IN ('a', 'x')", "1")]);
    });
}

#[test]
fn a_warehouse_of_another_encoding_is_not_served() {
    let setup = "CREATE TABLE crm.c (id int PRIMARY KEY, name text)";
    for encoding in ["SQL_ASCII", "LATIN1"] {
        let shown = [Shown::new("crm.c", &["id", "name"])];
        Plan { encoding, ..Plan::new(setup, &shown) }.each_refused(&["UTF8", encoding]);
    }
}

#[test]
fn masked_values_are_compared_as_they_are_shown() {
    let setup = "
        CREATE COLLATION crm.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE crm.a (id int PRIMARY KEY, who text COLLATE crm.folded, n numeric(10,2), raw text);
        CREATE TABLE crm.b (id int PRIMARY KEY, who text, n numeric, raw text);
        INSERT INTO crm.a VALUES (1, 'Ann', 1.50, 'x'), (2, 'Bob', 4.00, 'y'); INSERT INTO crm.b VALUES (1, 'ann', 1.9, 'x'), (2, 'Bob', 4, 'z');";
    let masks: &'static [(&str, &str)] =
        &[("who", "{name: pseudonym, domain: who}"), ("raw", "{name: hash, domain: raw}"), ("n", "{name: round, digits: 0}")];
    let shown = [
        Shown::new("crm.a", &["id", "who", "n", "raw"]).masks(masks),
        Shown::new("crm.b", &["id", "who", "n", "raw"]).masks(masks),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers(&[
            // Equal to the column's own collation, different to those who see pseudonyms.
            ("SELECT a.id, b.id FROM crm.a, crm.b WHERE a.who COLLATE \"C\" = b.who COLLATE \"C\"", "2|2"),
            ("SELECT count(*) FROM crm.a x JOIN crm.a y ON x.who = y.who", "2"),
        ]);
        world.answers(&[
            ("SELECT a.id, b.id FROM crm.a JOIN crm.b USING (raw)", "1|1"),
            ("SELECT a.id, b.id FROM crm.a JOIN crm.b ON a.n = b.n ORDER BY 1", "1|1\n2|2"),
            ("SELECT count(*) FROM crm.a WHERE who = 'Ann' OR who = 'ann' OR raw = 'x' OR n = 1.5", "0"),
        ]);
    });
}
