//! pg_dump: what it asks first, what it locks, and that its copy holds what the grant shows and nothing else.

use std::process::{Command, Output};

use super::world::{Plan, Shown, World};
use crate::gate::{PASSWORD, Say, Speaker, said};
use crate::harness::binary;

const SETUP: &str = "
    CREATE TYPE crm.mood AS ENUM ('calm', 'cross', 'amused');
    CREATE SEQUENCE crm.tickets START 1000;
    CREATE TABLE crm.topics (n int PRIMARY KEY, word text NOT NULL DEFAULT 'it''s');
    CREATE TABLE crm.orders (id int PRIMARY KEY DEFAULT nextval('crm.tickets'), topic int REFERENCES crm.topics, mood crm.mood, note text CHECK (note <> ''));
    CREATE INDEX orders_note ON crm.orders (lower(note)) WHERE id > 1;
    CREATE TABLE crm.parts (n int, m int) PARTITION BY RANGE (n);
    CREATE TABLE crm.parts_1 PARTITION OF crm.parts FOR VALUES FROM (0) TO (10);
    INSERT INTO crm.topics VALUES (1, 'one'), (2, E'a\\tb');
    INSERT INTO crm.orders (topic, mood, note) VALUES (1, 'calm', 'x'), (2, 'cross', NULL);
    INSERT INTO crm.parts VALUES (1, 1);
    CREATE TABLE crm.vault (id int, secret text); INSERT INTO crm.vault VALUES (1, 'CANARY');";

const WHOLE: &[Shown] = &[
    Shown::new("crm.tickets", &["last_value", "log_cnt", "is_called"]),
    Shown::new("crm.topics", &["n", "word"]),
    Shown::new("crm.orders", &["id", "topic", "mood", "note"]),
    Shown::new("crm.parts", &["n", "m"]),
    Shown::new("crm.parts_1", &["n", "m"]),
];

/// pg_dump of the main installation's version.
fn dump(world: &World, arguments: &[&str]) -> Output {
    let conninfo = format!("host=127.0.0.1 port={} dbname=analysis user=jane sslmode=require connect_timeout=20", world.port());
    Command::new(binary("pg_dump")).args(["-d", &conninfo]).args(arguments).env("PGPASSWORD", PASSWORD).output().unwrap()
}

/// Without what is another one in each run.
fn steady(text: &str) -> String {
    text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn pg_dump_of_what_is_exposed_whole_is_that_of_the_warehouse() {
    Plan::new(SETUP, WHOLE).on_main(|world| {
        let tables = ["-t", "crm.tickets", "-t", "crm.topics", "-t", "crm.orders", "-t", "crm.parts", "-t", "crm.parts_1"];
        for options in
            [&["-x"][..], &["-x", "-s"], &["-x", "-a"], &["-x", "--inserts", "--column-inserts", "--rows-per-insert=2"]]
        {
            let arguments = [options, &tables[..]].concat();
            let (gate, direct) = (dump(world, &arguments), world.dump_directly(&arguments));
            assert!(gate.status.success(), "{options:?}: {}", said(&gate));
            let (gate, direct) = (steady(&said(&gate)), steady(&said(&direct)));
            assert_eq!(gate, direct, "{options:?}");
            assert!(gate.contains("pg_catalog.setval") != options.contains(&"-s"), "{gate}");
        }
        // Everything that shows, without names: no more than that.
        let all = said(&dump(world, &[]));
        assert!(all.contains("COPY crm.orders") && !all.contains("CANARY") && !all.contains("vault"), "{all}");
    });
}

#[test]
fn views_are_defined_by_what_nobody_can_run() {
    let setup = "CREATE TABLE crm.vault (id int, canary_column text);
        CREATE VIEW crm.words AS SELECT id, canary_column AS word FROM crm.vault;
        CREATE MATERIALIZED VIEW crm.counts AS SELECT count(*) AS n FROM crm.vault WHERE canary_column <> 'CANARY';";
    Plan::new(setup, const { &[Shown::new("crm.words", &["id", "word"]), Shown::new("crm.counts", &["n"])] }).on_main(|world| {
        let dumped = dump(world, &["-x", "-s"]);
        assert!(dumped.status.success(), "{}", said(&dumped));
        let dumped = said(&dumped);
        assert!(dumped.contains("CREATE VIEW crm.words AS\n /* not shown */;\n"), "{dumped}");
        assert!(dumped.contains("CREATE MATERIALIZED VIEW crm.counts AS\n /* not shown */\n  WITH NO DATA;\n"), "{dumped}");
        assert!(!dumped.to_lowercase().contains("canary"), "{dumped}");
        assert_eq!(world.converse(&["\\sv crm.words"]), "CREATE OR REPLACE VIEW crm.words AS\n /* not shown */");
        assert!(world.converse(&["\\pset tuples_only off", "\\d+ crm.words"]).contains("/* not shown */;"));
        let rule = "SELECT pg_get_ruledef(oid), pg_get_ruledef(oid, true) FROM pg_rewrite WHERE ev_class = 'crm.words'::regclass";
        let text = |name: &str| format!("CREATE RULE \"_RETURN\" AS\n    ON SELECT TO {name} DO INSTEAD  /* not shown */;");
        assert_eq!(world.converse(&["SET search_path = crm", rule]), format!("{}|{}", text("crm.words"), text("words")));
        assert_eq!(world.converse(&["SET search_path = public", rule]), format!("{}|{}", text("crm.words"), text("crm.words")));
        let hidden = world.direct("CREATE RULE canary_rule AS ON UPDATE TO crm.words DO INSTEAD NOTHING; SELECT oid FROM pg_rewrite WHERE rulename = 'canary_rule'");
        let hidden = hidden.lines().last().unwrap();
        assert_eq!(world.ask(&format!("SELECT pg_get_ruledef({hidden}) IS NULL, pg_get_ruledef({hidden}, true) IS NULL, pg_get_ruledef(1) IS NULL")), "t|t|t");
    });
}

#[test]
fn pg_dump_of_filtered_rows_says_so_first() {
    const FILTERED: &[Shown] = &[
        Shown::new("crm.topics", &["n", "word"]).masks(&[("word", "{name: constant, value: hidden}")]),
        Shown::new("crm.orders", &["id", "topic", "mood", "note"]).filter("mood = 'calm'"),
    ];
    Plan::new(SETUP, FILTERED).on_main(|world| {
        let refused = dump(world, &["-a"]);
        assert!(!refused.status.success());
        assert!(said(&refused).contains("parameter \"row_security\" cannot be set to \"off\" here"), "{}", said(&refused));
        let rows = said(&dump(world, &["-a", "--enable-row-security"]));
        assert!(rows.contains("1000\t1\tcalm\tx\n\\.") && !rows.contains("cross"), "{rows}");
        assert!(rows.contains("1\thidden\n2\thidden\n\\."), "{rows}");
    });
}

/// PostgreSQL: row_security.c. Where nothing is filtered here, the policies of the warehouse still may.
#[test]
fn row_security_off_is_an_error_wherever_rows_would_be_filtered() {
    let setup = "CREATE TABLE crm.open (n int); INSERT INTO crm.open VALUES (1), (2);
        CREATE TABLE crm.guarded (n int); INSERT INTO crm.guarded VALUES (1), (2);
        ALTER TABLE crm.guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY odd ON crm.guarded USING (n = 1);";
    Plan::new(setup, const { &[Shown::new("crm.open", &["n"]), Shown::new("crm.guarded", &["n"])] }).each_inline(|world| {
        let off = "SET row_security = off";
        assert_eq!(world.converse(&[off, "SHOW row_security", "SELECT count(*) FROM crm.open"]), "off\n2");
        assert_eq!(world.ask("SELECT count(*) FROM crm.guarded"), "1");
        let refused = world.converse(&[off, "SELECT count(*) FROM crm.guarded"]);
        assert!(refused.starts_with("ERROR:  42501: "), "{refused}");
        assert_eq!(world.converse(&[off, "RESET row_security", "SELECT count(*) FROM crm.guarded"]), "1");
        assert_eq!(world.converse(&["BEGIN", "SET LOCAL row_security = off", "COMMIT", "SELECT count(*) FROM crm.guarded"]), "1");
        let in_query = ["SELECT set_config('row_security', 'off', false)", "SELECT count(*) FROM crm.guarded"];
        assert!(world.converse(&in_query).starts_with("off\nERROR:  42501: "));
        let asked = [("database", "analysis"), ("options", "-c row_security=off")];
        let heard = Speaker::log_in(world.port(), "jane", PASSWORD, &asked).converse(&[Say::Query("SELECT n FROM crm.guarded")]);
        assert!(heard.iter().any(|line| line.contains("42501")), "{heard:?}");
        // Connections go from session to session: none keeps it.
        assert_eq!(world.ask("SELECT count(*) FROM crm.guarded"), "1");
    });
}

#[test]
fn only_what_shows_is_locked_and_only_as_readers_lock() {
    Plan::new(SETUP, WHOLE).each(|world| {
        let held = |relation: &str| {
            let sql = format!(
                "SELECT string_agg(DISTINCT l.mode, ',') FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) \
                 WHERE l.relation = '{relation}'::regclass AND l.granted AND a.application_name LIKE 'postern jane %'"
            );
            world.direct(&sql)
        };
        let mut client = world.speaker();
        let heard = client
            .converse(&[Say::Query("BEGIN"), Say::Query("LOCK TABLE crm.orders, ONLY (crm.parts) IN ACCESS SHARE MODE NOWAIT")]);
        assert!(heard.iter().any(|line| line.contains("LOCK TABLE")), "{heard:?}");
        assert_eq!([held("crm.orders"), held("crm.parts")], ["AccessShareLock", "AccessShareLock"]);
        client.converse(&[Say::Query("LOCK topics IN ACCESS SHARE MODE; COMMIT")]);
        assert_eq!([held("crm.orders"), held("crm.topics")], ["", ""]);
        client.converse(&[
            Say::Query("BEGIN"),
            Say::Parse("", "LOCK TABLE crm.parts * IN ACCESS SHARE MODE"),
            Say::Bind { portal: "", statement: "", values: &[], binary: false },
            Say::Execute("", 0),
            Say::Sync,
        ]);
        assert_eq!(held("crm.parts_1"), "AccessShareLock");
        drop(client);
        // Outside a block PostgreSQL looks at no name: what shows, what is hidden and what is missing read the same, and the record tells them apart.
        let outside = |name: &str| world.ask(&format!("LOCK TABLE {name} IN ACCESS SHARE MODE"));
        assert!(outside("crm.orders").starts_with("ERROR:  25P01: LOCK TABLE can only be used in transaction blocks"));
        for name in ["crm.vault", "crm.absent", "nowhere.t", "crm.orders, crm.vault", "pg_class"] {
            assert_eq!(outside(name), outside("crm.orders"), "{name}");
        }
        let mut client = world.speaker();
        let heard = client.converse(&[Say::Parse("", "LOCK TABLE crm.vault IN ACCESS SHARE MODE"), Say::Sync]);
        assert!(heard.iter().any(|line| line.contains("25P01")), "{heard:?}");
        drop(client);
        let denied = world.records("statement.denied");
        assert!(denied.iter().any(|record| record.to_string().contains("crm.vault")), "{denied:?}");
        for (statement, sqlstate) in [
            ("LOCK TABLE crm.vault IN ACCESS SHARE MODE", "42P01"),
            ("LOCK TABLE crm.orders, crm.vault IN ACCESS SHARE MODE", "42P01"),
            ("LOCK TABLE pg_class IN ACCESS SHARE MODE", "42501"),
            ("LOCK TABLE crm.orders", "42501"),
            ("LOCK TABLE crm.orders IN SHARE MODE", "42501"),
            ("LOCK TABLE crm.orders IN ROW SHARE MODE", "42501"),
            ("LOCK TABLE crm.orders IN ACCESS EXCLUSIVE MODE", "42501"),
            ("LOCK TABLE crm.orders IN EXCLUSIVE MODE, crm.topics IN ACCESS SHARE MODE", "42601"),
        ] {
            let said = world.converse(&["BEGIN", statement]);
            assert!(said.starts_with(&format!("ERROR:  {sqlstate}: ")), "{statement}: {said}");
            assert!(!said.contains("CANARY"), "{said}");
        }
    });
}

#[test]
fn columns_that_do_not_show_read_as_columns_that_were_dropped() {
    let setup = "CREATE TABLE crm.hiding (canary_first numeric(8,2) NOT NULL DEFAULT 7, id int PRIMARY KEY, canary_mail varchar(40) COLLATE \"C\" DEFAULT 'CANARY',
          canary_count bigint GENERATED ALWAYS AS IDENTITY, note text, canary_last int[]);
        CREATE TABLE crm.dropped (first text, id int PRIMARY KEY, mail int, count int, note text);
        ALTER TABLE crm.dropped DROP first, DROP mail, DROP count; ALTER TABLE crm.hiding ALTER canary_mail SET STATISTICS 77;
        INSERT INTO crm.hiding (id, note) VALUES (1, 'one'); INSERT INTO crm.dropped VALUES (1, 'one');";
    let shown = [Shown::new("crm.hiding", &["id", "note"]), Shown::new("crm.dropped", &["id", "note"])];
    let attributes = |name: &str| {
        format!(
            "SELECT attname, atttypid, attstattarget, attlen, attnum, attndims, atttypmod, attbyval, attalign, attstorage, attnotnull, atthasdef, \
             atthasmissing, attidentity, attgenerated, attisdropped, attislocal, attinhcount, attcollation, attacl, attoptions, attmissingval \
             FROM pg_attribute WHERE attrelid = '{name}'::regclass AND attnum > 0 ORDER BY attnum"
        )
    };
    Plan::new(setup, &shown).each(|world| {
        let said = world.ask(&attributes("crm.hiding"));
        assert_eq!(said, world.ask(&attributes("crm.dropped")), "PostgreSQL {}", world.major());
        assert_eq!((said.lines().count(), said.contains("canary")), (5, false), "{said}");
        assert!(said.starts_with("........pg.dropped.1........|0|"), "{said}");
        let names = "SELECT attname, atttypid, attnum, attisdropped FROM pg_attribute WHERE attrelid = 'crm.dropped'::regclass AND attnum > 0 ORDER BY attnum";
        assert_eq!(world.ask(names), world.direct(names));
    });
    Plan::new(setup, &shown).on_main(|world| {
        let arguments = ["-x", "-t", "crm.dropped"];
        assert_eq!(steady(&said(&dump(world, &arguments))), steady(&said(&world.dump_directly(&arguments))));
        let hiding = steady(&said(&dump(world, &["-x", "-t", "crm.hiding"])));
        let dropped = steady(&said(&dump(world, &arguments)));
        assert_eq!(hiding.replace("hiding", "dropped"), dropped);
    });
}

#[test]
fn a_partition_that_shows_as_a_table_is_dumped_with_its_columns() {
    let setup = "CREATE TABLE crm.visits (id int, day date) PARTITION BY RANGE (day);
        CREATE TABLE crm.visits_24 PARTITION OF crm.visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE crm.z_parent (id int); CREATE TABLE crm.a_child (more int) INHERITS (crm.z_parent);
        CREATE TABLE crm.vault (id int); CREATE TABLE crm.orphan (more int) INHERITS (crm.vault);";
    let shown = [
        Shown::new("crm.visits", &["id", "day"]),
        Shown::new("crm.visits_24", &["id", "day"]).masks(&[("id", "{name: nullify}")]),
        Shown::new("crm.z_parent", &["id"]),
        Shown::new("crm.a_child", &["id", "more"]),
        Shown::new("crm.orphan", &["id", "more"]),
    ];
    Plan::new(setup, &shown).on_main(|world| {
        let dumped = said(&dump(world, &["-x", "-s"]));
        assert!(dumped.contains("CREATE TABLE crm.visits_24 (\n    id integer,\n    day date\n);"), "{dumped}");
        assert!(dumped.contains("CREATE TABLE crm.orphan (\n    id integer,\n    more integer\n);"), "{dumped}");
        let place = |text: &str| dumped.find(text).unwrap_or_else(|| panic!("{text}: {dumped}"));
        assert!(
            place("CREATE TABLE crm.z_parent")
                < place("CREATE TABLE crm.a_child (\n    more integer\n)\nINHERITS (crm.z_parent);")
        );
    });
}

#[test]
fn a_foreign_table_shows_as_a_table_and_is_locked_as_one() {
    let setup = "CREATE FOREIGN DATA WRAPPER canary_wrapper; CREATE SERVER canary_server FOREIGN DATA WRAPPER canary_wrapper;
        CREATE FOREIGN TABLE crm.remote (id int) SERVER canary_server; CREATE TABLE crm.topics (n int);";
    Plan::new(setup, const { &[Shown::new("crm.remote", &["id"]), Shown::new("crm.topics", &["n"])] }).each(|world| {
        let mut client = world.speaker();
        for lock in ["LOCK TABLE crm.remote IN ACCESS SHARE MODE", "LOCK TABLE crm.topics, crm.remote IN ACCESS SHARE MODE"] {
            let heard = client.converse(&[Say::Query("BEGIN"), Say::Query(lock), Say::Query("COMMIT")]);
            assert!(
                heard.iter().any(|line| line.contains("LOCK TABLE")) && !heard.iter().any(|line| line.contains("ERROR")),
                "{heard:?}"
            );
        }
        world.refuses(&[("LOCK TABLE crm.remote IN ACCESS SHARE MODE", "25P01")]);
    });
    Plan::new(setup, const { &[Shown::new("crm.remote", &["id"]), Shown::new("crm.topics", &["n"])] }).on_main(|world| {
        let dumped = said(&dump(world, &["-x", "-s"]));
        assert!(dumped.contains("CREATE TABLE crm.remote (\n    id integer\n);") && !dumped.contains("canary"), "{dumped}");
    });
}

#[test]
fn what_pg_dump_and_its_kin_ask_of_the_catalogs_is_answered_as_there() {
    Plan::new(SETUP, WHOLE).each(|world| {
        for sql in [
            "SELECT c, acldefault(c::\"char\", 10) FROM unnest('{c,r,s,d,f,l,L,n,t,F,S,T,p}'::text[]) AS c WHERE c <> 'p' OR current_setting('server_version_num')::int >= 150000",
            "SELECT deptype, classid FROM pg_depend WHERE refobjid = 'pg_class'::regclass AND false UNION ALL SELECT 'x', 'pg_opfamily'::regclass UNION ALL SELECT 'y', 'pg_amop'::regclass ORDER BY 1",
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders'",
            "SELECT array_agg(e.enumlabel) FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid WHERE t.typname = 'mood'",
            "SELECT age(relfrozenxid) > 0 FROM pg_class WHERE relname = 'pg_class'",
        ] {
            let answer = world.ask(sql);
            assert_eq!(answer, world.direct(sql), "PostgreSQL {}: {sql}", world.major());
        }
        // Of old rows, as all of the catalogs read here.
        assert_eq!(world.ask("SELECT DISTINCT age(xmin) FROM pg_class"), "2147483647");
        assert_eq!(world.ask("SHOW max_prepared_transactions"), "0");
        let defaults = "SELECT column_default FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'id'";
        assert_eq!(world.converse(&[defaults, "SET search_path = pg_catalog", defaults]), "nextval('tickets'::regclass)\nnextval('crm.tickets'::regclass)");
        // The first arm says what the others are: here a name.
        world.refuses(&[("SELECT 'pg_class'::regclass UNION ALL SELECT oid FROM pg_class", "42501")]);
    });
}
