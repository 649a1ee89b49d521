//! Masks at the edges of their types: none raises, none leaves its type, none shows more of a short or odd value.

use super::world::{Plan, Shown};

#[test]
fn a_short_or_odd_text_shows_nothing_of_itself() {
    let setup = "
        CREATE TABLE crm.t (id int PRIMARY KEY, phone text, mail text, kept text, part text, begin text, shown text);
        INSERT INTO crm.t SELECT g, v, v, v, v, v, v FROM unnest(ARRAY['', 'a', 'abcdef', 'abcdefg', 'a@b@c', 'Ann@Work@Example.COM', '@', 'x@']) WITH ORDINALITY u (v, g);";
    let masks: &'static [(&str, &str)] = &[
        ("phone", "{name: digits, keep: 3, n: 4, domain: phone}"),
        ("mail", "{name: email_domain}"),
        ("kept", "{name: email, keep_domain: true, domain: mail}"),
        ("part", "{name: partial, prefix: 2, suffix: 2, min: 4}"),
        ("begin", "{name: generalise, keep: 3}"),
        ("shown", "{name: redact}"),
    ];
    Plan::new(setup, &[Shown::new("crm.t", &["id", "phone", "mail", "kept", "part", "begin", "shown"]).masks(masks)]).each(
        |world| {
            world.answers(&[
                // Four digits, and the beginning only of what is seven characters long.
                (
                    "SELECT id, length(phone), left(phone, 3) = 'abc' FROM crm.t WHERE id <= 4 ORDER BY id",
                    "1|4|f\n2|4|f\n3|4|f\n4|7|t",
                ),
                ("SELECT count(*) FROM crm.t WHERE id <= 3 AND phone !~ '^[0-9]{4}$'", "0"),
                ("SELECT id, mail FROM crm.t ORDER BY id", "1|\n2|\n3|\n4|\n5|c\n6|example.com\n7|\n8|"),
                (
                    "SELECT id, split_part(kept, '@', 2), strpos(kept, 'nn') FROM crm.t WHERE id IN (5, 6) ORDER BY id",
                    "5|c|0\n6|example.com|0",
                ),
                (
                    "SELECT part FROM crm.t ORDER BY id",
                    "********\n********\n********\n********\n********\nAn********OM\n********\n********",
                ),
                ("SELECT begin FROM crm.t ORDER BY id LIMIT 4", "***\n***\nabc**\nabc**"),
                ("SELECT shown FROM crm.t WHERE id IN (5, 6) ORDER BY id", "x@x@x\nxxx@xxxx@xxxxxxx.xxx"),
            ]);
        },
    );
}

#[test]
fn numbers_stay_within_their_type() {
    let setup = "
        CREATE TABLE crm.t AS SELECT g::int AS id, v::int2 AS s, v::int2 AS s2, (v::int8 * 65536 + sign(v)::int8 * 65535)::int8 AS wide FROM unnest(ARRAY[-32768, -5, 0, 5, 32767]) WITH ORDINALITY u (v, g);
        CREATE TABLE crm.i AS SELECT g::int AS id, v AS a, v AS b, v AS c, v AS d FROM unnest(ARRAY[-2147483648, -5, 0, 5, 2147483647]::int[]) WITH ORDINALITY u (v, g);
        CREATE TABLE crm.n AS SELECT g::int AS id, v AS a, v AS b, v AS c FROM unnest(ARRAY[-99.99, -0.01, 0, 99.99, 'NaN']::numeric(4,2)[]) WITH ORDINALITY u (v, g);
        ALTER TABLE crm.n ALTER a TYPE numeric(4,2), ALTER b TYPE numeric(4,2), ALTER c TYPE numeric(4,2);";
    let shown = [
        Shown::new("crm.t", &["id", "s", "s2"])
            .masks(&[("s", "{name: round, digits: -1}"), ("s2", "{name: bucket, width: 1000}")]),
        Shown::new("crm.i", &["id", "a", "b", "c", "d"]).entity(&["id"]).masks(&[
            ("a", "{name: round, digits: -2}"),
            ("b", "{name: bucket, width: 10}"),
            ("c", "{name: pseudonym, domain: c}"),
            ("d", "{name: noise, ratio: 1.0}"),
        ]),
        Shown::new("crm.n", &["id", "a", "b", "c"]).entity(&["id"]).masks(&[
            ("a", "{name: round, digits: -1}"),
            ("b", "{name: bucket, width: 7}"),
            ("c", "{name: noise, ratio: 1.0}"),
        ]),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers(&[
            ("SELECT s, s2 FROM crm.t ORDER BY id", "-32768|-32768\n-10|-1000\n0|0\n10|0\n32767|32000"),
            ("SELECT a, b FROM crm.i ORDER BY id", "-2147483600|-2147483648\n0|-10\n0|0\n0|0\n2147483600|2147483640"),
            (
                "SELECT pg_typeof(a), pg_typeof(b), pg_typeof(c), pg_typeof(d) FROM crm.i LIMIT 1",
                "integer|integer|bigint|integer",
            ),
            ("SELECT count(DISTINCT c), min(c) >= 0, max(c) < 1152921504606846976, count(d) FROM crm.i", "5|t|t|5"),
            ("SELECT a, b FROM crm.n ORDER BY id", "-99.99|-99.99\n0.00|-7.00\n0.00|0.00\n99.99|98.00\nNaN|NaN"),
            ("SELECT count(c) FROM crm.n WHERE c BETWEEN -99.99 AND 99.99 OR c = 'NaN'", "5"),
        ]);
    });
}

#[test]
fn dates_at_the_ends_of_the_calendar_do_not_raise() {
    let setup = "
        CREATE TABLE crm.d AS SELECT g::int AS id, v AS a, v AS b, v AS c, v AS d FROM unnest(ARRAY['-infinity', '4714-11-24 BC', '0044-03-15 BC', '2000-02-29', '294277-01-01', '5874897-12-31', 'infinity', NULL]::date[]) WITH ORDINALITY u (v, g);
        CREATE TABLE crm.s AS SELECT g::int AS id, v AS a, v AS b FROM unnest(ARRAY['-infinity', '4714-11-24 00:00:00 BC', '294276-12-31 23:59:59', 'infinity']::timestamp[]) WITH ORDINALITY u (v, g);
        CREATE TABLE crm.z AS SELECT g::int AS id, v AS a, v AS b FROM unnest(ARRAY['-infinity', '4714-11-24 00:00:00+00 BC', '294276-12-31 23:59:59+00', 'infinity']::timestamptz[]) WITH ORDINALITY u (v, g);";
    let times: &'static [(&str, &str)] = &[("a", "{name: date_trunc, unit: century}"), ("b", "{name: date_shift, max: 36500}")];
    let shown = [
        Shown::new("crm.d", &["id", "a", "b", "c", "d"]).entity(&["id"]).masks(&[
            ("a", "{name: date_trunc, unit: year}"),
            ("b", "{name: age_band}"),
            ("c", "{name: date_shift, max: 36500}"),
            ("d", "{name: hash, domain: day}"),
        ]),
        Shown::new("crm.s", &["id", "a", "b"]).entity(&["id"]).masks(times),
        Shown::new("crm.z", &["id", "a", "b"]).entity(&["id"]).masks(times),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers(&[
            (
                "SELECT a FROM crm.d ORDER BY id",
                "-infinity\n4000-01-01 BC\n0044-01-01 BC\n2000-01-01\n290000-01-01\n290000-01-01\ninfinity",
            ),
            ("SELECT b FROM crm.d WHERE id <> 4 ORDER BY id", "90+\n90+\n90+\n0-9\n0-9\n0-9"),
            ("SELECT count(c), count(*) FILTER (WHERE NOT isfinite(c)) FROM crm.d", "7|2"),
            // Each date has a canonical text of its own: infinity and BC are not lost.
            ("SELECT count(DISTINCT d), count(*) FROM crm.d", "7|8"),
            ("SELECT count(a), count(b), count(*) FILTER (WHERE a = 'infinity' AND b = 'infinity') FROM crm.s", "4|4|1"),
            ("SELECT count(a), count(b), count(*) FILTER (WHERE a = '-infinity' AND b = '-infinity') FROM crm.z", "4|4|1"),
        ]);
    });
}

#[test]
fn every_mask_gives_the_type_that_the_catalog_tells() {
    let setup = "
        CREATE DOMAIN crm.needed AS text NOT NULL; CREATE DOMAIN crm.even AS int CHECK (value % 2 = 0);
        CREATE DOMAIN crm.short AS varchar(5) CHECK (value ~ '^[a-z]+$');
        CREATE TABLE crm.t (id int PRIMARY KEY, i int, f float8, stamp timestamp, n crm.needed, e crm.even, w crm.short, tags text[], doc jsonb);
        INSERT INTO crm.t VALUES (1, -5, -5.5, '2024-05-06 07:08:09', 'one', 4, 'abc', '{{a,b},{c,d}}', '{\"k\": 1}'), (2, 5, 5.5, '2024-05-06', 'two', 6, 'abcde', '{x}', NULL);
        CREATE TABLE crm.t2 AS TABLE crm.t;";
    let columns: &'static [&str] = &["id", "i", "f", "stamp", "n", "e", "w", "tags", "doc"];
    let shown = [
        Shown::new("crm.t", columns).entity(&["id"]).masks(&[
            ("i", "{name: bucket, width: 10}"),
            ("f", "{name: round, digits: 0}"),
            ("stamp", "{name: date_shift, max: 3}"),
            ("n", "{name: nullify}"),
            ("e", "{name: round, digits: -1}"),
            ("w", "{name: redact}"),
            ("tags", "{name: array, inner: redact}"),
            ("doc", "{name: json_drop, keys: [k]}"),
        ]),
        Shown::new("crm.t2", &["id", "n", "e", "w"]).masks(&[
            ("e", "{name: bucket, width: 3}"),
            ("w", "{name: partial, suffix: 1, min: 1}"),
            ("n", "{name: hash, domain: n}"),
        ]),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers(&[
            // -5 lies in the bucket below zero, and is an integer.
            ("SELECT i, pg_typeof(i), f, pg_typeof(f), pg_typeof(stamp) FROM crm.t WHERE id = 1", "-10|integer|-6|double precision|timestamp without time zone"),
            // A domain counts as its base type: what it demands of values holds for raw ones.
            ("SELECT n, pg_typeof(n), e, pg_typeof(e), w, pg_typeof(w) FROM crm.t ORDER BY id", "|text|0|integer|xxx|character varying\n|text|10|integer|xxxxx|character varying"),
            ("SELECT e, w, length(n) FROM crm.t2 ORDER BY id", "3|*****|32\n6|*****|32"),
            ("SELECT tags, doc FROM crm.t ORDER BY id", "{x,x,x,x}|{}\n{x}|"),
            ("SELECT count(*) FROM crm.t WHERE doc IS NULL", "1"),
        ]);
        // What the catalog and the result tell is the mask's type, modifier and all.
        let told = world.ask("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'crm.t'::regclass AND attname IN ('i', 'n', 'e', 'w', 'tags') ORDER BY attnum");
        assert_eq!(told, "i|integer\nn|text\ne|integer\nw|character varying(5)\ntags|text[]", "PostgreSQL {}", world.major());
    });
    // Too short for a mask that keeps people apart.
    for mask in ["{name: hash, domain: w}", "{name: pseudonym, domain: w}", "{name: email, domain: w}"] {
        let masks: &'static [(&str, &str)] = Box::leak(Box::new([("w", mask)]));
        Plan::new(setup, &[Shown::new("crm.t", &["id", "w"]).masks(masks)])
            .each_refused(&["character varying(5) column holds 5"]);
    }
}

#[test]
fn texts_are_masked_under_one_collation_and_keep_their_own() {
    let setup = "
        CREATE COLLATION crm.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE crm.t (id int PRIMARY KEY, a text COLLATE crm.folded, b text COLLATE crm.folded, c text COLLATE crm.folded, d text COLLATE \"C\", e text COLLATE crm.folded, f text COLLATE crm.folded);
        INSERT INTO crm.t SELECT g, v, v, v, v, v, v FROM unnest(ARRAY['Ann@Example.com', 'ÄNN@example.com', 'bob@x.org']) WITH ORDINALITY u (v, g);
        CREATE TABLE crm.u (id int PRIMARY KEY, a text); INSERT INTO crm.u SELECT id, a FROM crm.t;";
    let shown = [
        Shown::new("crm.t", &["id", "a", "b", "c", "d", "e", "f"]).masks(&[
            ("a", "{name: email, domain: mail}"),
            ("b", "{name: email_domain}"),
            ("c", "{name: redact}"),
            ("d", "{name: hash, domain: mail}"),
            ("e", "{name: partial, prefix: 1, suffix: 1}"),
            ("f", "{name: email, domain: mail, keep_domain: true}"),
        ]),
        Shown::new("crm.u", &["id", "a"]).masks(&[("a", "{name: email, domain: mail}")]),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers(&[
            ("SELECT b FROM crm.t ORDER BY id", "example.com\nexample.com\nx.org"),
            ("SELECT e FROM crm.t ORDER BY id", "A********m\nÄ********m\nb********g"),
            ("SELECT count(*) FROM crm.t JOIN crm.u USING (id) WHERE t.a COLLATE \"C\" = u.a COLLATE \"C\"", "3"),
            // Compared by the column's own collation.
            ("SELECT count(*) FROM crm.t WHERE e = 'a********M'", "1"),
            ("SELECT collation for (a), collation for (d) FROM crm.t LIMIT 1", "folded|\"C\""),
            ("SELECT count(DISTINCT d) FROM crm.t", "3"),
        ]);
    });
}

#[test]
fn infinite_and_ranged_numbers_work_on_every_version() {
    let setup = "
        CREATE TABLE crm.f AS SELECT g::int AS id, v AS a, v AS b, v AS c, v AS d, v::float4 AS e FROM unnest(ARRAY['-Infinity', -5.5, 0, 5.5, 1e30, 'Infinity', 'NaN', NULL]::float8[]) WITH ORDINALITY u (v, g);
        CREATE TABLE crm.i AS SELECT g::int AS id, v AS a, v::int8 AS b, v::int2 AS c, v::numeric AS d FROM unnest(ARRAY[-5, 0, 5, 10, 32767]) WITH ORDINALITY u (v, g);";
    let range: &'static str = "{name: range, bounds: [0, 10], labels: [low, middle, high]}";
    let ranges: &'static [(&str, &str)] = Box::leak(Box::new([("a", range), ("b", range), ("c", range), ("d", range)]));
    let floats: &'static [(&str, &str)] = Box::leak(Box::new([
        ("a", "{name: round, digits: 0}"),
        ("b", "{name: bucket, width: 10}"),
        ("c", range),
        ("d", "{name: geo_round, digits: 1}"),
        ("e", "{name: noise, ratio: 0.1}"),
    ]));
    let shown = [
        Shown::new("crm.f", &["id", "a", "b", "c", "d", "e"]).entity(&["id"]).masks(floats),
        Shown::new("crm.i", &["id", "a", "b", "c", "d"]).masks(ranges),
    ];
    Plan::new(setup, &shown).each(|world| {
        world.answers(&[
            ("SELECT a FROM crm.f ORDER BY id", "-Infinity\n-6\n0\n6\n1e+30\nInfinity\nNaN"),
            ("SELECT b FROM crm.f WHERE id <> 5 ORDER BY id", "-Infinity\n-10\n0\n0\nInfinity\nNaN"),
            ("SELECT c FROM crm.f ORDER BY id", "low\nlow\nmiddle\nmiddle\nhigh\nhigh\nhigh"),
            ("SELECT d FROM crm.f WHERE id <> 5 ORDER BY id", "NaN\n-5.5\n0.0\n5.5\nNaN\nNaN"),
            ("SELECT count(e), count(*) FILTER (WHERE e = 'Infinity') FROM crm.f", "7|1"),
            ("SELECT a, b, c, d FROM crm.i ORDER BY id", "low|low|low|low\nmiddle|middle|middle|middle\nmiddle|middle|middle|middle\nhigh|high|high|high\nhigh|high|high|high"),
        ]);
    });
}
