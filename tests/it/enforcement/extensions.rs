//! Extensions: what of them is served answers as it does on the masked views; the rest is refused, and takes part in nothing.

use super::world::{Plan, Shown, World};

const PATH: &str = "crm, ext";

/// Both ways: through the gate, and directly over the masked views of schema `ref`. Names of types and functions are found by the same path.
fn as_views(world: &World, statements: &[&str]) {
    for sql in statements {
        let direct = world.direct(&format!("SET search_path = ref, ext;\n{};", sql.replace("crm.", "ref.")));
        assert_eq!(world.ask(sql), direct, "PostgreSQL {}: {sql}", world.major());
    }
}

fn plan<'a>(setup: &'a str, shown: &'a [Shown]) -> Plan<'a> {
    Plan { search_path: PATH, ..Plan::new(setup, shown) }
}

const FOLDED: &str = "
CREATE SCHEMA ext; GRANT USAGE ON SCHEMA ext TO PUBLIC; CREATE EXTENSION citext SCHEMA ext;
CREATE DOMAIN crm.folded AS ext.citext;
CREATE TABLE crm.people (id int PRIMARY KEY, name ext.citext, names ext.citext[], folded crm.folded, note text, secret ext.citext, tier int);
INSERT INTO crm.people SELECT g, v, ARRAY[v, 'x']::ext.citext[], v, lower(v), 'CANARY', 1 FROM generate_series(1, 6) g,
  LARGE(g) l(v);
INSERT INTO crm.people SELECT g, 'CANARY-magenta', '{CANARY}', 'CANARY', 'CANARY', 'CANARY', 2 FROM generate_series(7, 3000) g;
CREATE TABLE crm.aliases (name ext.citext PRIMARY KEY, alias text);
INSERT INTO crm.aliases VALUES ('ann', 'a'), ('BOB', 'b'), ('Eve', 'e');
CREATE SCHEMA ref;
CREATE VIEW ref.people AS SELECT id, name, names, folded, note, NULL::ext.citext AS secret FROM crm.people WHERE tier = 1;
CREATE VIEW ref.aliases AS SELECT * FROM crm.aliases;
";

fn folded() -> String {
    FOLDED.replace("LARGE(g) l(v)", "LATERAL (SELECT (ARRAY['Ann', 'ANN', 'Bob', 'bob', 'Cyd', NULL])[g]) l(v)")
}

const FOLDED_SHOWN: &[Shown] = &[
    Shown::new("crm.people", &["id", "name", "names", "folded", "note", "secret"])
        .filter("tier = 1")
        .masks(&[("secret", "{name: nullify}")]),
    Shown::new("crm.aliases", &["name", "alias"]),
];

#[test]
fn citext_compares_as_it_does_without_a_gate() {
    plan(&folded(), FOLDED_SHOWN).each(|world| {
        assert_eq!(world.pinned_path(), ["crm", "ext"]);
        assert_eq!(world.ask("SELECT count(*) FROM crm.people WHERE name = 'aNN'"), "2");
        as_views(
            world,
            &[
                "SELECT * FROM crm.people ORDER BY id",
                "SELECT id FROM crm.people WHERE name = 'ann' ORDER BY id",
                "SELECT id FROM crm.people WHERE name IN ('ann', 'CYD') ORDER BY id",
                "SELECT id FROM crm.people WHERE name = ANY (ARRAY['ann', 'CYD']) ORDER BY id",
                "SELECT id FROM crm.people WHERE name = ANY ('{ann,CYD}'::citext[]) ORDER BY id",
                "SELECT id FROM crm.people WHERE 'ANN' = ANY (names) ORDER BY id",
                "SELECT id FROM crm.people WHERE name BETWEEN 'A' AND 'b' ORDER BY id",
                "SELECT id FROM crm.people WHERE name <> 'ann' ORDER BY id",
                "SELECT id FROM crm.people WHERE name IS DISTINCT FROM 'ANN' ORDER BY id",
                "SELECT id, name = note, name = note::citext, note = name FROM crm.people ORDER BY id",
                "SELECT id, NULLIF(name, 'ANN'), CASE name WHEN 'ann' THEN 1 ELSE 2 END FROM crm.people ORDER BY id",
                "SELECT id FROM crm.people WHERE name LIKE 'a%' ORDER BY id",
                "SELECT id FROM crm.people WHERE name NOT LIKE '%NN' ORDER BY id",
                "SELECT id FROM crm.people WHERE name ILIKE 'A%' ORDER BY id",
                "SELECT id FROM crm.people WHERE name ~ '^a' ORDER BY id",
                "SELECT id FROM crm.people WHERE name !~* '^A' ORDER BY id",
                "SELECT id FROM crm.people WHERE name SIMILAR TO 'a%' ORDER BY id",
                "SELECT id FROM crm.people WHERE note LIKE 'A%' ORDER BY id",
                "SELECT id FROM crm.people WHERE folded = 'ANN' ORDER BY id",
                "SELECT id FROM crm.people WHERE name::text = 'ann' ORDER BY id",
                "SELECT name, count(*) FROM crm.people GROUP BY name ORDER BY name",
                "SELECT DISTINCT name FROM crm.people ORDER BY name",
                "SELECT count(DISTINCT name), count(DISTINCT note), count(secret) FROM crm.people",
                "SELECT max(name), min(name), max(note) FROM crm.people",
                "SELECT max(id + 1), max(name) FROM crm.people WHERE name > 'a'",
                "SELECT max(lower(name)), string_agg(name, ',' ORDER BY id) FROM crm.people",
                "SELECT id, replace(name, 'a', 'x'), strpos(name, 'N'), split_part(name, 'N', 1), translate(name, 'a', 'z') FROM crm.people ORDER BY id",
                "SELECT id, regexp_replace(name, 'n', 'x'), regexp_replace(name, 'n', 'x', 'g') FROM crm.people ORDER BY id",
                "SELECT id, replace(note, 'A', 'x'), strpos(note, 'N') FROM crm.people ORDER BY id",
                "SELECT id, r FROM crm.people, regexp_split_to_table(name, 'N') AS r ORDER BY id, r",
                "SELECT id, name || 'x', coalesce(name, 'none'), greatest(name, 'B') FROM crm.people ORDER BY id",
                "SELECT p.id, a.alias FROM crm.people p JOIN crm.aliases a ON a.name = p.name ORDER BY 1",
                "SELECT id, alias FROM crm.people JOIN crm.aliases USING (name) ORDER BY 1",
                "SELECT id, alias FROM crm.people NATURAL LEFT JOIN crm.aliases ORDER BY 1",
                "SELECT id FROM crm.people WHERE name IN (SELECT name FROM crm.aliases) ORDER BY id",
                "SELECT id FROM crm.people WHERE (name, id) = ('ANN', 1)",
                "SELECT id, row_number() OVER (PARTITION BY name ORDER BY id) FROM crm.people ORDER BY id",
                "SELECT name FROM crm.people UNION SELECT name FROM crm.aliases ORDER BY 1",
                "SELECT note FROM crm.people INTERSECT SELECT name FROM crm.aliases ORDER BY 1",
                "SELECT 'ANN'::citext = 'ann', 'ANN' = 'ann', citext 'a' = 'A', ext.citext 'a' = 'A', 'ANN'::citext OPERATOR(pg_catalog.=) 'ann'",
                "SELECT x, count(*) FROM (SELECT name AS x FROM crm.people) s GROUP BY x ORDER BY x",
                "SELECT max(x) FROM (SELECT name AS x FROM crm.people) s",
                "WITH s AS (SELECT name FROM crm.people) SELECT min(name) FROM s",
            ],
        );
        // A client's path does not hold the schema, whatever is found in it.
        world.answers(&[("SELECT pg_typeof(max(name)), pg_typeof(max(note)), pg_typeof(lower(min(name))) FROM crm.people", "ext.citext|text|text")]);
        // What PostgreSQL would choose by types that are not known here is not guessed.
        world.refuses(&[
            ("SELECT max(coalesce(name, 'x')) FROM crm.people", "0A000"),
            ("SELECT strpos(name, note) FROM crm.people", "0A000"),
            ("SELECT max(x) FROM (SELECT 'a'::citext || 'b' AS x) s", "0A000"),
        ]);
        as_views(
            world,
            &[
                "SELECT max(coalesce(name, 'x')::citext), max(coalesce(name, 'x')::text) FROM crm.people",
                "SELECT strpos(name::text, note) FROM crm.people ORDER BY id",
            ],
        );
    });
}

#[test]
fn patterns_over_citext_meet_neither_statistics_nor_hidden_rows() {
    plan(&folded(), FOLDED_SHOWN).each(|world| {
        for condition in [
            r"{} LIKE 'CANARY-@%\'",
            r"{} NOT LIKE 'canary-@%\'",
            r"{} ILIKE 'canary-@%\'",
            r"{} ~~ 'CANARY-@%\'",
            r"{}::text LIKE 'CANARY-@%\'",
            r"id = -1 AND {} LIKE 'CANARY-@%\'",
        ] {
            for column in ["name", "folded", "secret"] {
                let sql = format!("SELECT count(*) FROM crm.people WHERE {}", condition.replace("{}", column));
                let (right, wrong) = (world.ask(&sql.replace('@', "m")), world.ask(&sql.replace('@', "x")));
                assert_eq!(right, wrong, "PostgreSQL {}: {sql}", world.major());
            }
        }
        // Casts of hidden values raise.
        world.answers(&[
            ("SELECT count(*) FROM crm.people WHERE name = 'ann' AND length(replace(name, 'CANARY', 'x')) > 0", "2"),
            ("SELECT count(*) FROM crm.people WHERE CASE WHEN name ~ 'canary' THEN 1 / (id - id) ELSE 1 END = 1", "6"),
        ]);
    });
}

const TREES: &str = "
CREATE SCHEMA ext; GRANT USAGE ON SCHEMA ext TO PUBLIC; CREATE EXTENSION ltree SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION \"uuid-ossp\" SCHEMA ext;
CREATE TABLE crm.things (id int PRIMARY KEY, path ext.ltree, attrs ext.hstore, note text, tier int);
INSERT INTO crm.things VALUES (1, 'top.a.b', 'n=>1, c=>red', 'wordy one', 1), (2, 'top.a', 'n=>2', 'word two', 1), (3, 'top.c.b.d', NULL, 'other', 1);
INSERT INTO crm.things SELECT g, 'CANARY', 'n=>CANARY', 'CANARY', 2 FROM generate_series(4, 2000) g;
CREATE SCHEMA ref;
CREATE VIEW ref.things AS SELECT id, path, attrs, note FROM crm.things WHERE tier = 1;
";

const TREES_SHOWN: &[Shown] = &[Shown::new("crm.things", &["id", "path", "attrs", "note"]).filter("tier = 1")];

#[test]
fn hstore_ltree_and_trigrams_answer_as_they_do_without_a_gate() {
    plan(TREES, TREES_SHOWN).each(|world| {
        as_views(
            world,
            &[
                "SELECT * FROM crm.things ORDER BY id",
                "SELECT id FROM crm.things WHERE path <@ 'top.a' ORDER BY id",
                "SELECT id FROM crm.things WHERE path @> 'top.a' ORDER BY id",
                "SELECT id FROM crm.things WHERE path ~ '*.b.*' ORDER BY id",
                "SELECT id FROM crm.things WHERE path ? ARRAY['*.b', '*.c.*']::lquery[] ORDER BY id",
                "SELECT id FROM crm.things WHERE path @ 'a & b' ORDER BY id",
                "SELECT id, nlevel(path), subpath(path, 1), subpath(path, 0, 1), path || 'x', 'x' || path, ltree2text(path) FROM crm.things ORDER BY path",
                "SELECT lca(path, 'top.a.z') FROM crm.things ORDER BY id",
                "SELECT subpath(path, 0, 2), count(*) FROM crm.things GROUP BY 1 ORDER BY 1",
                "SELECT index(path, 'b'), text2ltree('a.b') || path FROM crm.things ORDER BY id",
                "SELECT array_agg(path ORDER BY id) @> 'top.a.b.c' FROM crm.things",
                "SELECT id, attrs -> 'n', attrs -> ARRAY['n', 'c'], attrs ? 'c', attrs ?& ARRAY['n', 'c'] FROM crm.things ORDER BY id",
                "SELECT id FROM crm.things WHERE attrs @> 'c=>red' ORDER BY id",
                "SELECT id FROM crm.things WHERE (attrs -> 'n')::int > 1 ORDER BY id",
                "SELECT id, k, v FROM crm.things, each(attrs) AS e(k, v) ORDER BY 1, 2",
                "SELECT id, (each(attrs)).* FROM crm.things ORDER BY 1, 2",
                "SELECT skeys(attrs), svals(attrs) FROM crm.things ORDER BY 1, 2",
                "SELECT akeys(attrs), avals(attrs), attrs::jsonb, hstore_to_json(attrs), %% attrs, attrs - 'n'::text, attrs || 'z=>1' FROM crm.things ORDER BY id",
                "SELECT attrs = 'n=>2', attrs <> 'n=>2' FROM crm.things ORDER BY id",
                "SELECT hstore('a', 'b'), hstore(ARRAY['a', 'b']), slice('a=>1,b=>2', ARRAY['a']), 'a=>1'::hstore -> 'a'",
                "SELECT hstore(t) FROM (SELECT id, note FROM crm.things) t ORDER BY 1",
                "SELECT id, similarity(note, 'word'), note % 'word', note <-> 'word', 'word' <% note FROM crm.things ORDER BY id",
                "SELECT show_trgm('ab'), word_similarity('word', note), 7 % 4 FROM crm.things ORDER BY id",
                "SELECT uuid_generate_v5(uuid_ns_url(), 'x'), uuid_nil(), length(uuid_generate_v4()::text)",
                "SELECT n FROM (SELECT attrs -> 'n' AS n FROM crm.things) s WHERE n LIKE '1%'",
            ],
        );
        world.answers(&[
            // Either raises on a hidden row.
            ("SELECT count(*) FROM crm.things WHERE nlevel(subpath(path, 1)) > 1", "2"),
            ("SELECT count(*) FROM crm.things WHERE coalesce((attrs -> 'n')::int, 0) >= 0", "3"),
        ]);
    });
}

#[test]
fn what_takes_settings_rows_or_tells_of_the_server_is_refused_by_name() {
    plan(TREES, TREES_SHOWN).each(|world| {
        world.refuses(&[
            ("SELECT set_limit(0.1)", "42501"),
            ("SELECT ext.set_limit(0.1)", "42501"),
            ("SELECT show_limit()", "42501"),
            ("SELECT populate_record(t, 'n=>1') FROM crm.things t", "42501"),
            ("SELECT t #= 'n=>1'::hstore FROM crm.things t", "42501"),
            ("SELECT uuid_generate_v1()", "42501"),
            ("SELECT uuid_generate_v1mc()", "42501"),
            ("SELECT hstore_version_diag(attrs) FROM crm.things", "42501"),
            ("SELECT hstore_out(attrs) FROM crm.things", "42501"),
            ("SELECT ltree_in('a')", "42501"),
            ("SELECT ''::gtrgm", "42704"),
            ("SELECT ''::ext.ghstore", "42704"),
            ("SET pg_trgm.similarity_threshold = 0.1", "42501"),
            ("SELECT current_setting('pg_trgm.similarity_threshold')", "42704"),
            ("SELECT 1 OPERATOR(ext.%) 2", "0A000"),
        ]);
    });
}

#[test]
fn an_extension_is_served_only_where_all_that_takes_part_is_reviewed() {
    let setup = folded();
    let shown = &[Shown::new("crm.people", &["id", "name"])];
    Plan::new(&setup, shown).each_refused(&["belongs to extension citext, whose schema ext is not on the search_path"]);
    for (hazard, why) in [
        (
            "CREATE FUNCTION ext.same(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
             CREATE OPERATOR ext.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = ext.same);",
            "whose schema ext holds another operator that is not classified, ===",
        ),
        (
            "CREATE FUNCTION ext.number(ext.citext) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
             CREATE CAST (ext.citext AS int) WITH FUNCTION ext.number(ext.citext);",
            "whose type can be cast from citext to integer in a way that is not reviewed",
        ),
        (
            "CREATE FUNCTION ext.same(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
             CREATE OPERATOR ext.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = ext.same);
             ALTER EXTENSION citext ADD OPERATOR ext.=== (text, text);",
            "whose operator === (text, text) is not reviewed",
        ),
        ("REVOKE USAGE ON SCHEMA ext FROM PUBLIC;", "whose schema ext the login of the gate may not use"),
        ("CREATE EXTENSION cube SCHEMA ext;", "whose schema ext holds another operator that is not classified"),
    ] {
        let setup = format!("{setup}{hazard}");
        plan(&setup, shown).each_refused(&[why]);
        // Nor does its schema take part in resolving anybody's: a text stays a text.
        plan(&setup, &[Shown::new("crm.people", &["id", "note"])]).each_inline(|world| {
            assert_eq!(world.pinned_path(), ["crm"]);
            world.answers(&[("SELECT count(*) FROM crm.people WHERE note IN ('ANN')", "0")]);
            world.refuses(&[("SELECT 'a'::citext", "42704"), ("SELECT max('a'::ext.citext)", "3F000")]);
        });
    }
    let cubes = "CREATE SCHEMA ext; GRANT USAGE ON SCHEMA ext TO PUBLIC; CREATE EXTENSION cube SCHEMA ext; CREATE TABLE crm.cubes (id int PRIMARY KEY, at ext.cube);";
    plan(cubes, &[Shown::new("crm.cubes", &["id", "at"])]).each_refused(&["belongs to extension cube, which is not classified"]);
}

#[test]
fn a_function_of_the_warehouses_own_is_not_called_in_an_extensions_place() {
    let setup = format!(
        "{TREES} CREATE FUNCTION ext.nlevel(text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 666';
         CREATE FUNCTION ext.similarity(text, text, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 666';
         ALTER EXTENSION pg_trgm DROP FUNCTION ext.word_similarity(text, text);
         CREATE OR REPLACE FUNCTION ext.word_similarity(text, text) RETURNS real LANGUAGE sql IMMUTABLE AS 'SELECT 666::real';"
    );
    plan(&setup, TREES_SHOWN).each(|world| {
        world.refuses(&[("SELECT nlevel(path) FROM crm.things", "42501"), ("SELECT nlevel('a.b')", "42501")]);
        world.answers(&[("SELECT similarity('word', 'word')", "1")]);
        world.refuses(&[("SELECT similarity('a', 'b', 1)", "42501"), ("SELECT word_similarity('a', 'b')", "42501")]);
    });
}

#[test]
fn a_row_filter_does_not_compare_values_of_an_extension() {
    let setup = folded();
    let shown = [Shown::new("crm.people", &["id"]).filter("name = 'ann'")];
    plan(&setup, &shown).each_refused(&["row filter", "extension citext"]);
    let shown = [Shown::new("crm.people", &["id"]).filter("'ann' = ANY (names)")];
    plan(&setup, &shown).each_refused(&["row filter", "extension citext"]);
}

#[test]
fn vectors_answer_as_they_do_without_a_gate() {
    let setup = "
        CREATE SCHEMA ext; GRANT USAGE ON SCHEMA ext TO PUBLIC; CREATE TABLE crm.items (id int PRIMARY KEY, v text, tier int);
        DO $$ BEGIN
          IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
            CREATE EXTENSION vector SCHEMA ext; ALTER TABLE crm.items ALTER v TYPE ext.vector(3) USING v::ext.vector(3);
          END IF; END $$;
        INSERT INTO crm.items VALUES (1, '[1,2,3]', 1), (2, '[3,2,1]', 1), (3, '[0,0,0]', 2);
        CREATE SCHEMA ref; CREATE VIEW ref.items AS SELECT id, v FROM crm.items WHERE tier = 1;";
    plan(setup, &[Shown::new("crm.items", &["id", "v"]).filter("tier = 1")]).each(|world| {
        // It comes with few installations.
        if world.direct("SELECT count(*) FROM pg_extension WHERE extname = 'vector'") == "0" {
            world.refuses(&[("SELECT v <-> '[1,1,1]' FROM crm.items", "42883")]);
            return;
        }
        as_views(
            world,
            &[
                "SELECT id, v FROM crm.items ORDER BY v <-> '[1,2,2]'",
                "SELECT id, v <#> '[1,1,1]', v <=> '[1,1,1]', v <+> '[1,1,1]', cosine_distance(v, '[1,1,1]') FROM crm.items ORDER BY id",
                "SELECT avg(v), sum(v), avg(id), sum(id), count(*) FROM crm.items",
                "SELECT v + '[1,1,1]', v * v, vector_dims(v), l2_norm(v::halfvec), subvector(v, 1, 2), v::real[] FROM crm.items ORDER BY id",
                "SELECT id FROM crm.items WHERE v = '[1,2,3]'",
                "SELECT id, 1 + 2, 7 - id, id * 2 FROM crm.items ORDER BY v <-> '[0,0,0]'::vector, id",
                "SELECT '[1,2]'::vector(2) <-> '[2,3]', ARRAY[1, 2]::vector",
            ],
        );
        world.refuses(&[("SELECT vector_accum(ARRAY[1.0], '[1]')", "42501"), ("SELECT sum(v + v) FROM crm.items", "0A000")]);
    });
}

#[test]
fn geometries_answer_as_they_do_without_a_gate() {
    let setup = "
        CREATE SCHEMA ext; GRANT USAGE ON SCHEMA ext TO PUBLIC; CREATE TABLE crm.places (id int PRIMARY KEY, at text, note text, tier int);
        DO $$ BEGIN
          IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis') THEN
            CREATE EXTENSION postgis SCHEMA ext;
            ALTER TABLE crm.places ALTER at TYPE ext.geometry(Point, 4326) USING at::ext.geometry(Point, 4326);
          END IF; END $$;
        INSERT INTO crm.places VALUES (1, 'SRID=4326;POINT(13.4 52.5)', 'Berlin', 1), (2, 'SRID=4326;POINT(2.35 48.86)', 'Paris', 1),
          (3, 'SRID=4326;POINT(0 0)', 'CANARY', 2);
        CREATE SCHEMA ref; CREATE VIEW ref.places AS SELECT id, at, note FROM crm.places WHERE tier = 1;";
    plan(setup, &[Shown::new("crm.places", &["id", "at", "note"]).filter("tier = 1")]).each(|world| {
        // It comes with few installations.
        if world.direct("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'") == "0" {
            world.refuses(&[("SELECT st_astext(at) FROM crm.places", "42883")]);
            return;
        }
        as_views(
            world,
            &[
                "SELECT id, at, st_astext(at), st_x(at), st_srid(at) FROM crm.places ORDER BY id",
                "SELECT id FROM crm.places WHERE at && st_makeenvelope(10, 50, 20, 60, 4326)",
                "SELECT id FROM crm.places WHERE st_dwithin(at::geography, st_setsrid(st_makepoint(13, 52), 4326)::geography, 100000)",
                "SELECT id FROM crm.places ORDER BY at <-> 'SRID=4326;POINT(3 48)'::geometry",
                "SELECT st_astext(st_transform(at, 3857), 0), st_astext(st_snaptogrid(st_transform(st_setsrid(st_makepoint(1, 2), 4326), 3857), 1)) FROM crm.places ORDER BY id",
                "SELECT st_asgeojson(at), st_asgeojson(at, 3), st_asbinary(at) FROM crm.places ORDER BY id",
                "SELECT st_extent(at), st_astext(st_union(at)), count(*) FROM crm.places",
                "SELECT round(st_distance(a.at::geography, b.at::geography)) FROM crm.places a JOIN crm.places b ON a.id < b.id",
                "SELECT id, (st_dump(st_collect(at))).path FROM crm.places GROUP BY id ORDER BY id",
                "SELECT id, st_astext(d.geom) FROM crm.places, st_dump(at) AS d ORDER BY id",
                "SELECT at = 'SRID=4326;POINT(13.4 52.5)'::geometry, at ~= at, note = 'Berlin', note ~ '^B', note ~~ 'B%' FROM crm.places ORDER BY id",
                "SELECT point(at), box(st_envelope(at)), at::bytea, at::jsonb, path '((0,0),(1,1))', point(1, 2) FROM crm.places ORDER BY id",
                "SELECT id, st_area(st_buffer(at, 1)) > 3 FROM crm.places ORDER BY id",
                "SELECT 'POINT(1 2)'::geometry, geometry 'POINT(1 2)'",
            ],
        );
        world.refuses(&[
            ("SELECT st_estimatedextent('crm', 'places', 'at')", "42501"),
            ("SELECT st_findextent('crm', 'places', 'at')", "42501"),
            ("SELECT find_srid('crm', 'places', 'at')", "42501"),
            ("SELECT populate_geometry_columns()", "42501"),
            ("SELECT dropgeometrytable('crm', 'places')", "42501"),
            ("SELECT updategeometrysrid('crm', 'places', 'at', 4326)", "42501"),
            ("SELECT st_asmvt(p) FROM crm.places p", "42501"),
            ("SELECT st_asmvt(p, 'layer', 4096, 'at') FROM crm.places p", "42501"),
            ("SELECT st_fromflatgeobuftotable('crm', 'x', '')", "42501"),
            ("SELECT st_transform(at, '+proj=longlat') FROM crm.places", "42501"),
            ("SELECT st_transform(at, note) FROM crm.places", "42501"),
            ("SELECT _postgis_stats('crm.places', 'at')", "42501"),
            ("SELECT postgis_full_version()", "42501"),
            ("SELECT lockrow('a', 'b', 'c')", "42501"),
            ("SELECT st_geomfromgml('<x/>')", "42501"),
            ("SELECT 'POINT(1 2)'::geometry(Point)", "0A000"),
            ("SELECT * FROM ext.spatial_ref_sys", "42P01"),
            ("SELECT * FROM geometry_columns", "42P01"),
        ]);
    });
}
