//! Sequences: a contract exposes one as it exposes a table, and what it has come to is told where it shows.

use super::world::{Plan, Shown};
use crate::gate::Say;

const ALL: &[&str] = &["last_value", "log_cnt", "is_called"];

const SETUP: &str = "
    CREATE SEQUENCE crm.tickets START 1000 INCREMENT 5;
    DO $$ BEGIN PERFORM nextval('crm.tickets'); PERFORM nextval('crm.tickets'); END $$;
    CREATE SEQUENCE crm.fresh AS smallint CYCLE CACHE 3;
    CREATE SEQUENCE crm.blank; CREATE SEQUENCE crm.narrow; CREATE SEQUENCE crm.empty; CREATE SEQUENCE crm.canary START 4711;
    DO $$ DECLARE name text; BEGIN
      FOREACH name IN ARRAY ARRAY['blank', 'narrow', 'empty', 'canary'] LOOP PERFORM nextval('crm.' || name); END LOOP; END $$;
    CREATE TABLE crm.orders (id int DEFAULT nextval('crm.tickets'), n serial, other int DEFAULT nextval('crm.canary'));
    INSERT INTO crm.orders (id, other) VALUES (1, 1);";

const SHOWN: &[Shown] = &[
    Shown::new("crm.tickets", ALL),
    Shown::new("crm.fresh", ALL),
    Shown::new("crm.blank", ALL).masks(&[("last_value", "{name: constant, value: 0}")]),
    Shown::new("crm.narrow", &["last_value"]),
    Shown::new("crm.empty", ALL).filter("last_value < 0"),
    Shown::new("crm.orders", &["id", "n", "other"]),
];

#[test]
fn an_exposed_sequence_is_told_as_it_is() {
    Plan::new(SETUP, SHOWN).each(|world| {
        for sql in [
            "SELECT last_value, log_cnt, is_called FROM crm.tickets",
            "TABLE crm.fresh",
            "SELECT max(t.last_value) + count(*) FROM crm.tickets AS t, crm.orders AS o WHERE t.is_called",
            "SELECT * FROM pg_sequences WHERE sequencename IN ('tickets', 'fresh') ORDER BY 2",
            "SELECT sequence_schema, sequence_name, data_type, numeric_precision, numeric_precision_radix, numeric_scale, start_value, minimum_value, \
             maximum_value, increment, cycle_option FROM information_schema.sequences WHERE sequence_name IN ('tickets', 'fresh') ORDER BY 2",
            "SELECT * FROM pg_sequence WHERE seqrelid = 'crm.tickets'::regclass",
            "SELECT relname, relkind, relnatts, reltuples, relpersistence FROM pg_class WHERE oid = 'crm.tickets'::regclass",
            "SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'crm.tickets'::regclass AND attnum > 0 ORDER BY attnum",
            "SELECT pg_get_serial_sequence('crm.orders', 'n'), pg_get_serial_sequence('crm.orders', 'id')",
            "SELECT count(*) FROM information_schema.tables WHERE table_name = 'tickets'",
        ] {
            let direct = sql.replace("reltuples", "-1").replace("sequenceowner", "'postgres'");
            assert_eq!(world.ask(sql), world.direct(&direct), "PostgreSQL {}: {sql}", world.major());
        }
        let described = world.ask("\\d crm.tickets");
        assert!(described.starts_with("bigint|1000|1|9223372036854775807|5|no|1"), "{described}");
        assert!(world.ask("\\ds").lines().any(|line| line == "crm|tickets|sequence|postgres"));
        world.answers(&[
            ("SELECT 'crm.tickets'::regclass, to_regclass('tickets'), pg_table_is_visible('tickets'::regclass)", "tickets|tickets|t"),
            ("SELECT has_sequence_privilege('tickets', 'SELECT'), has_sequence_privilege('tickets', 'USAGE, UPDATE')", "t|f"),
            ("SELECT relacl::text LIKE '{postgres=rwU/postgres,%=r/postgres}' FROM pg_class WHERE relname = 'tickets'", "t"),
            ("SELECT column_default FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'id'", "nextval('tickets'::regclass)"),
        ]);
        world.refuses(&[
            ("SELECT nextval('crm.tickets')", "42501"),
            ("SELECT setval('crm.tickets', 1)", "42501"),
            ("SELECT currval('crm.tickets')", "42501"),
            ("SELECT pg_sequence_last_value('crm.tickets')", "42501"),
            ("COPY crm.tickets TO STDOUT", "42809"),
            ("SELECT last_value FROM crm.tickets FOR UPDATE", "0A000"),
        ]);
        assert_eq!(world.direct("SELECT last_value FROM crm.tickets"), "1005", "nobody moved it");
    });
}

#[test]
fn what_a_sequence_hides_no_catalog_tells() {
    Plan::new(SETUP, SHOWN).each(|world| {
        world.answers(&[
            ("SELECT last_value, is_called FROM crm.blank", "0|t"),
            ("SELECT * FROM crm.narrow", "1"),
            ("SELECT count(*) FROM crm.empty", "0"),
            ("SELECT sequencename, last_value FROM pg_sequences WHERE sequencename IN ('blank', 'narrow', 'empty', 'orders_n_seq') ORDER BY 1",
             "blank|\nempty|\nnarrow|\norders_n_seq|"),
            ("SELECT count(*) FROM pg_class WHERE relname = 'canary'", "0"),
            ("SELECT count(*) FROM pg_sequences WHERE sequencename = 'canary' OR start_value = 4711", "0"),
            ("SELECT count(*) FROM pg_sequence WHERE seqstart = 4711", "0"),
            ("SELECT count(*) FROM information_schema.sequences WHERE sequence_name IN ('canary', 'orders_n_seq')", "0"),
            ("SELECT to_regclass('crm.canary')", ""),
            ("SELECT count(*), count(k.oid) FROM pg_depend AS d LEFT JOIN pg_class AS k ON k.oid = d.refobjid \
             WHERE d.classid = 'pg_attrdef'::regclass AND d.deptype = 'n' AND d.refobjid >= 16384", "2|2"),
            ("SELECT column_default FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'other'", ""),
            // It shows with its table, and nobody may read it.
            ("SELECT 'crm.orders_n_seq'::regclass, has_sequence_privilege('crm.orders_n_seq', 'SELECT')", "orders_n_seq|f"),
        ]);
        world.refuses(&[
            ("SELECT is_called FROM crm.narrow", "42703"),
            ("SELECT last_value FROM crm.canary", "42P01"),
            ("SELECT last_value FROM crm.orders_n_seq", "42P01"),
            ("SELECT has_sequence_privilege('crm.canary', 'SELECT')", "42P01"),
        ]);
    });
}

/// PostgreSQL: the view `pg_sequences` tells NULL to whom the sequence is closed.
#[test]
fn a_sequence_that_the_login_may_not_read_breaks_no_catalog() {
    Plan::new(SETUP, SHOWN).each_inline(|world| {
        let told = "SELECT last_value FROM pg_sequences WHERE sequencename = 'tickets'";
        assert_eq!(world.ask(told), "1005");
        world.direct(&format!("REVOKE ALL ON crm.tickets FROM {}", world.login()));
        assert_eq!(world.ask(told), "");
        world.refuses(&[("SELECT last_value FROM crm.tickets", "42501")]);
    });
}

/// The numbers that a client reads in binary format and through portals are those of the sequence.
#[test]
fn a_sequence_is_read_as_any_relation() {
    Plan::new(SETUP, SHOWN).each(|world| {
        let heard = world.speaker().converse(&[
            Say::Parse("s", "SELECT last_value FROM crm.tickets"),
            Say::Bind { portal: "p", statement: "s", values: &[], binary: true },
            Say::Execute("p", 1),
            Say::Sync,
        ]);
        assert!(heard.iter().any(|line| line.starts_with('D') && line.contains("\\x03\\xed")), "{heard:?}");
    });
}
