//! What a client may change never changes what he may see, and what he must not read he cannot.

use super::world::{Plan, Shown};
use crate::gate::Say;

/// Zones that POSIX allows and no place has, and places.
const FAR: [&str; 8] = ["<X>-167", "<X>+167", "X-100", "UTC+99", "-23:00", "167", "15.25", "+15:01"];
const PLACES: [&str; 7] = ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "-15:00", "15", "-15"];

#[test]
fn the_clients_time_zone_moves_no_filter_and_no_mask() {
    let setup = "
        CREATE TABLE crm.t (id int PRIMARY KEY, placed_at timestamptz, local_at timestamp, birth date, at_day date);
        INSERT INTO crm.t SELECT g, timestamptz '2024-01-01 00:00:00+00' + g * interval '1 hour', timestamp '2024-01-01 00:00:00' + g * interval '1 hour',
          date '2000-01-01' + g, date '2024-01-01' + g / 24 FROM generate_series(1, 1000) g;
        CREATE TABLE crm.young AS SELECT 1 AS id, ((now() AT TIME ZONE 'UTC')::date - interval '30 years')::date AS birth;";
    let shown = [
        Shown::new("crm.t", &["id", "placed_at", "local_at", "birth"])
            .filter("placed_at >= timestamptz '2024-01-15' AND at_day <= '2024-01-31'")
            .masks(&[
                ("local_at", "{name: date_trunc, unit: day}"),
                ("placed_at", "{name: date_trunc, unit: day}"),
                ("birth", "{name: age_band, width: 10}"),
            ]),
        Shown::new("crm.young", &["id", "birth"]).masks(&[("birth", "{name: age_band, width: 1}")]),
    ];
    Plan::new(setup, &shown).each(|world| {
        let seen = "SELECT count(*), min(id), max(id), count(DISTINCT birth) FROM crm.t";
        let expected = world.direct(
            "SELECT count(*), min(id), max(id), count(DISTINCT extract(year FROM age(current_date, birth))::int / 10) FROM crm.t
             WHERE placed_at >= '2024-01-15 00:00:00+00' AND at_day <= '2024-01-31'",
        );
        for place in PLACES {
            let said = world.converse(&[&format!("SET TimeZone = '{place}'"), seen, "SELECT birth FROM crm.young"]);
            assert_eq!(said, format!("{expected}\n30-30"), "{place}");
            // Masked times are days of UTC, whatever the client calls them.
            let hours = "SELECT count(*) FROM crm.t WHERE local_at <> date_trunc('day', local_at) OR extract(epoch FROM placed_at)::bigint % 86400 <> 0";
            assert_eq!(world.converse(&[&format!("SET TimeZone = '{place}'"), hours]), "0", "{place}");
        }
        for zone in FAR {
            for attempt in [format!("SET TimeZone = '{zone}'"), format!("SELECT set_config('TimeZone', '{zone}', false)")] {
                let said = world.converse(&[&attempt, seen, "SHOW TimeZone"]);
                assert!(said.starts_with(&format!("{expected}\nUTC\nERROR:  ")), "{attempt}: {said}");
            }
            let said = world.converse(&[&format!("SET LOCAL TIME ZONE INTERVAL '{}' HOUR TO MINUTE", "-99:00"), seen]);
            assert!(said.starts_with(&format!("{expected}\nERROR:  ")), "{said}");
        }
    });
    for filter in [
        "placed_at::date >= '2024-01-15'",
        "date_trunc('day', placed_at) >= timestamptz '2024-01-15'",
        "to_char(placed_at, 'DD') = '15'",
        "extract(day FROM placed_at) = 15",
        "placed_at::text LIKE '2024-01-15%'",
        "placed_at >= '15.01.2024'",
        "placed_at > now()",
        "local_at > localtimestamp",
        "birth < current_date",
        "birth::text < 'x'",
    ] {
        let shown = [Shown::new("crm.t", &["id"]).filter(Box::leak(filter.to_owned().into_boxed_str()))];
        eprintln!("{filter}");
        Plan::new(setup, &shown).each_refused(&["row filter"]);
    }
}

#[test]
fn one_value_has_one_pseudonym_whatever_the_session_sets() {
    let setup = "
        CREATE TABLE crm.t (id int PRIMARY KEY, born date, amount numeric, who text, code char(40), big bigint, key uuid);
        INSERT INTO crm.t SELECT 1, '2001-02-03', 1.50, 'Ann', 'Ann', 42, '00000000-0000-0000-0000-00000000000a';
        INSERT INTO crm.t SELECT 2, 'infinity', 1.5, 'ann', 'ann', 42, '00000000-0000-0000-0000-00000000000a';";
    let shown =
        [Shown::new("crm.t", &["id", "born", "amount", "who", "code", "big", "key"]).entity(&["born", "amount"]).masks(&[
            ("born", "{name: date_shift, max: 30}"),
            ("amount", "{name: noise, ratio: 0.5}"),
            ("who", "{name: hash, domain: who}"),
            ("code", "{name: pseudonym, domain: who}"),
            ("big", "{name: pseudonym, domain: big}"),
            ("key", "{name: pseudonym, domain: key}"),
        ])];
    Plan::new(setup, &shown).each(|world| {
        let seen = "SELECT id, born = 'infinity', born - date '2000-01-01', amount, who, code, big, key FROM crm.t WHERE id = 1";
        let expected = world.ask(seen);
        assert!(expected.starts_with("1|f|"), "{expected}");
        for setting in [
            "SET DateStyle = 'German'",
            "SET DateStyle = 'SQL, DMY'",
            "SET extra_float_digits = 0",
            "SET extra_float_digits = -15",
            "SET bytea_output = 'escape'",
            "SET IntervalStyle = 'sql_standard'",
            "SET TimeZone = 'Asia/Tokyo'",
        ] {
            assert_eq!(world.converse(&[setting, seen]), expected, "{setting}");
        }
    });
}

#[test]
fn keys_of_pseudonyms_are_in_no_log_and_can_be_read_by_nobody() {
    let setup = "CREATE TABLE crm.t (id int PRIMARY KEY, who text); INSERT INTO crm.t SELECT g, 'CANARY' || g FROM generate_series(1, 20) g";
    let shown = const { &[Shown::new("crm.t", &["id", "who"]).masks(&[("who", "{name: pseudonym, domain: customer}")])] };
    let settings = [
        ("log_statement", "all"),
        ("log_connections", "on"),
        ("log_duration", "on"),
        ("log_min_messages", "debug1"),
        ("log_parser_stats", "off"),
    ];
    Plan { settings: &settings, ..Plan::new(setup, shown) }.each(|world| {
        let keys = world.keys();
        assert_eq!(keys.len(), 2);
        let silent = |said: &str, sql: &str| {
            for (name, key) in &keys {
                assert!(!said.contains(key.as_str()), "PostgreSQL {}: {sql}: {said}", world.major());
                assert!(!said.to_lowercase().contains(&format!("{name}|")), "{sql}: {said}");
            }
        };
        assert_eq!(world.ask("SELECT count(DISTINCT who) FROM crm.t"), "20");
        world.converse(&["BEGIN", "SELECT who FROM crm.t LIMIT 1", "ROLLBACK", "DISCARD ALL", "SELECT who FROM crm.t LIMIT 1"]);
        for attempt in [
            "SELECT current_setting('postern.i_customer')",
            "SELECT current_setting('POSTERN.I_Customer')",
            "SELECT current_setting('postern.' || 'i_customer')",
            "SELECT current_setting(x) FROM (VALUES ('postern.i_customer')) v (x)",
            "SELECT current_setting(U&'postern.i\\005Fcustomer', true)",
            "SELECT current_setting(E'postern.\\x69_customer', true)",
            "SHOW postern.i_customer",
            "SHOW POSTERN.I_CUSTOMER",
            "SHOW ALL",
            "SELECT * FROM pg_settings",
            "SELECT * FROM pg_catalog.pg_show_all_settings()",
            "SELECT set_config('postern.i_customer', '00', false)",
            "SET postern.i_customer = '00'",
            "RESET postern.i_customer",
            "SELECT * FROM pg_stat_activity",
            "EXPLAIN (VERBOSE) SELECT who FROM crm.t",
            "SELECT * FROM pg_db_role_setting",
        ] {
            let said = world.ask(attempt);
            silent(&said, attempt);
            let reads = attempt.contains("current_setting(")
                || attempt.starts_with("SHOW postern")
                || attempt.starts_with("SHOW POSTERN");
            // What may be missing is NULL where it is missing.
            let is_missing = said.starts_with("ERROR:  ") || attempt.ends_with(", true)") && said.is_empty();
            assert!(!reads || is_missing, "{attempt}: {said}");
        }
        // A change would give another pseudonym.
        let masked = world.ask("SELECT who FROM crm.t WHERE id = 1");
        assert_eq!(
            world.converse(&["SET postern.i_customer = '00'", "SELECT who FROM crm.t WHERE id = 1"]).lines().next(),
            Some(masked.as_str())
        );
        silent(&world.log(), "log");
        let shown = world.direct("SELECT string_agg(query, ' ') FROM pg_stat_activity");
        silent(&shown, "pg_stat_activity");
    });
}

/// A statement that drivers keep under a name means what it meant when it was made, or it ends: never quietly another relation.
#[test]
fn a_named_statement_reads_no_other_relation_on_another_path() {
    let setup = "CREATE SCHEMA shop; CREATE TABLE crm.t (id int); INSERT INTO crm.t VALUES (1); CREATE TABLE shop.t (id int); INSERT INTO shop.t VALUES (2);";
    Plan::new(setup, &[Shown::new("crm.t", &["id"]), Shown::new("shop.t", &["id"])]).each_inline(|world| {
        let mut client = world.speaker();
        let bound = [Say::Bind { portal: "", statement: "s", values: &[], binary: false }, Say::Execute("", 0), Say::Sync];
        let value = |heard: &[String]| heard.iter().find(|line| line.starts_with("D ")).cloned();
        client.converse(&[Say::Query("SET search_path = crm; PREPARE p AS SELECT max(id) FROM t")]);
        client.converse(&[Say::Parse("s", "SELECT max(id) FROM t"), Say::Sync]);
        let first = client.converse(&bound);
        assert!(value(&first).is_some(), "{first:?}");
        client.converse(&[Say::Query("SET search_path = shop")]);
        let elsewhere = client.converse(&bound);
        assert!(elsewhere.iter().any(|line| line.contains("55000")) && value(&elsewhere).is_none(), "{elsewhere:?}");
        for sql in ["EXECUTE p", "EXECUTE s"] {
            let elsewhere = client.converse(&[Say::Query(sql)]);
            assert!(elsewhere.iter().any(|line| line.contains("55000")) && value(&elsewhere).is_none(), "{sql}: {elsewhere:?}");
        }
        client.converse(&[Say::Query("SET search_path = crm, shop")]);
        let again = client.converse(&bound);
        assert_eq!(value(&again), value(&first), "{again:?}");
        for sql in ["EXECUTE p", "EXECUTE s"] {
            let again = client.converse(&[Say::Query(sql)]);
            assert_eq!(value(&again), value(&first), "{sql}: {again:?}");
        }
    });
}

/// What the planner goes by is listed as the server of that version has it.
#[test]
fn settings_of_the_planner_are_those_of_the_servers_version() {
    Plan::new("CREATE TABLE crm.t (id int); CREATE VIEW crm.v AS SELECT 2 AS id;", &[Shown::new("crm.t", &["id"]), Shown::new("crm.v", &["id"])]).each(
        |world| {
            let listed = "SELECT name, setting, unit, vartype, context, min_val, max_val, enumvals, boot_val, reset_val FROM pg_settings \
                WHERE name ~ '^enable_|^geqo|_(page|tuple|operator|setup)_cost$|_collapse_limit$|^plan_cache|^restrict_|^cursor_|^min_parallel|^jit_|^lc_c|^recursive' \
                AND name !~ '^vacuum_' ORDER BY 1";
            let (here, there) = (world.ask(listed), world.direct(listed));
            let is_developers = |line: &&str| !line.starts_with("jit_debugging") && !line.starts_with("jit_dump") && !line.starts_with("jit_e")
                && !line.starts_with("jit_p") && !line.starts_with("jit_t");
            assert_eq!(here.lines().collect::<Vec<_>>(), there.lines().filter(is_developers).collect::<Vec<_>>(), "PostgreSQL {}", world.major());
            // Nobody reads a view where that is asked for, on either back-end; what stands for a table is none.
            if !there.contains("restrict_nonsystem_relation_kind") {
                assert!(world.ask("SHOW restrict_nonsystem_relation_kind").contains("42704"));
                return;
            }
            let said = world.converse(&[
                "SET restrict_nonsystem_relation_kind = view",
                "SELECT count(*) FROM crm.t",
                "SELECT count(*) FROM crm.t, crm.v",
                "PREPARE p AS TABLE crm.v",
                "RESET restrict_nonsystem_relation_kind",
                "SELECT id FROM crm.v",
            ]);
            assert!(said.starts_with("0\n2\nERROR:  55000: access to non-system view \"v\" is restricted"), "{said}");
            assert_eq!(said.matches("55000").count(), 2, "{said}");
        },
    );
}
