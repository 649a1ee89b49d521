//! The warehouse's own functions: those that the configuration names can be called in every form, and no others in their place.

use std::process::{Command, Stdio};

use super::running::said;
use super::served::Ground;

const FUNCTIONS: &str = r#"
CREATE TYPE crm.place AS (street text, zip text);
CREATE FUNCTION crm.net(amount numeric, rate numeric DEFAULT 0.19) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT amount * (1 - rate)';
CREATE FUNCTION crm.net(amount text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'net of ' || amount$$;
CREATE FUNCTION crm.sum_of(VARIADIC of int[]) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT sum(n) FROM unnest(of) AS n';
CREATE FUNCTION crm.first_of(of anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT of[1]';
CREATE FUNCTION crm.pairs(upto int) RETURNS TABLE (a int, b text) LANGUAGE sql STABLE AS $$SELECT n, 'b' || n FROM generate_series(1, upto) AS n$$;
CREATE FUNCTION crm.home(id int) RETURNS crm.place LANGUAGE sql STABLE AS $$SELECT ROW('street ' || id, '0' || id)::crm.place$$;
CREATE FUNCTION crm.homes(upto int) RETURNS SETOF crm.place LANGUAGE sql STABLE AS $$SELECT crm.home(n) FROM generate_series(1, upto) AS n$$;
CREATE FUNCTION crm.loose(n int) RETURNS SETOF record LANGUAGE sql STABLE AS $$SELECT n, 'x'::text$$;
CREATE FUNCTION crm.counted() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT count(*) FROM crm.vault';
CREATE AGGREGATE crm.total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
CREATE AGGREGATE crm.most(ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = mode_final, FINALFUNC_EXTRA);
CREATE FUNCTION crm.hidden_step(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE AGGREGATE crm.stepped(int) (SFUNC = crm.hidden_step, STYPE = int, INITCOND = '5');
CREATE FUNCTION crm.dice() RETURNS float8 LANGUAGE sql VOLATILE AS 'SELECT random()';
CREATE FUNCTION crm.leak(n int) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'plain ' || n$$;
CREATE FUNCTION crm.leak(t text) RETURNS text LANGUAGE sql STABLE AS 'SELECT secret FROM crm.vault';
CREATE FUNCTION crm.few(n int) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'plain ' || n$$;
CREATE FUNCTION crm.few(VARIADIC t text[]) RETURNS text LANGUAGE sql STABLE AS 'SELECT secret FROM crm.vault';
CREATE FUNCTION crm.apart(n int) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'plain ' || n$$;
CREATE FUNCTION crm.apart(a text, b text) RETURNS text LANGUAGE sql STABLE AS 'SELECT secret FROM crm.vault';
CREATE FUNCTION crm.whole(n int) RETURNS SETOF crm.customers LANGUAGE sql STABLE AS 'SELECT * FROM crm.customers WHERE id = n';
CREATE FUNCTION crm.named(of regclass) RETURNS text LANGUAGE sql STABLE AS 'SELECT of::text';
"#;

const ALLOWED: &str = r#"    functions:
      user_allow: ["crm.net(numeric,numeric)", "crm.net(text)", "crm.sum_of(int[])", "crm.first_of(anyarray)", "crm.pairs(int)", "crm.home(int)", "crm.homes(int)",
        "crm.loose(int)", "crm.counted()", "crm.total(numeric)", "crm.most(anyelement)", "crm.stepped(int)", "crm.dice()", "crm.leak(int)", "crm.few(int)", "crm.apart(int)", "crm.whole(int)", "crm.named(regclass)"]
"#;

fn ground() -> Ground {
    let ground = Ground::new();
    ground.warehouse(FUNCTIONS);
    ground.edit("postern.yaml", "    search_path: [crm]\n", &format!("    search_path: [crm]\n{ALLOWED}"));
    ground
}

#[test]
fn a_function_that_is_named_works_in_every_form() {
    let ground = ground();
    let gate = ground.serve();
    for sql in [
        "SELECT net(100), net(100, 0.5), crm.net(100, rate => 0.1), net(rate => 0, amount => 7), net('100'), net(100::text)",
        "SELECT sum_of(1, 2, 3), sum_of(4), sum_of(VARIADIC ARRAY[1, 2])",
        "SELECT first_of(ARRAY[3, 4]), first_of(ARRAY['x', 'y']), pg_typeof(first_of(ARRAY[date '2024-01-01']))",
        "SELECT * FROM first_of(ARRAY[3, 4]) AS f",
        "SELECT * FROM pairs(2)",
        "SELECT b, a FROM pairs(3) AS p WHERE a > 1 ORDER BY a DESC",
        "SELECT x, y, n FROM pairs(2) WITH ORDINALITY AS p (x, y, n)",
        "SELECT n, b FROM (VALUES (1), (2)) AS v (n), LATERAL crm.pairs(n) AS p ORDER BY 1, 2",
        "SELECT (pairs(2)).*",
        "SELECT street FROM home(1)",
        "SELECT h.zip, h.street FROM homes(3) AS h ORDER BY 1",
        "SELECT (home(2)).street, home(3)",
        "SELECT count(*) FROM homes(3) AS h WHERE h IS NOT NULL",
        "SELECT b FROM loose(7) AS l (a int, b text)",
        "SELECT * FROM ROWS FROM (pairs(1), loose(2) AS (c int, d text)) AS r",
        "SELECT total(n), most() WITHIN GROUP (ORDER BY n % 2), total(n) FILTER (WHERE n > 1) FROM generate_series(1, 3) AS n",
        "SELECT total(n) OVER (ORDER BY n) FROM generate_series(1, 3) AS n ORDER BY 1",
        "SELECT counted()",
        "SELECT apart(1)",
    ] {
        let direct = ground.warehouse(&format!("SET search_path = crm; {sql}"));
        assert_eq!(gate.psql(sql), direct, "{sql}");
    }
}

#[test]
fn the_catalogs_tell_of_the_aggregates_that_may_be_called_without_their_hidden_parts() {
    let ground = ground();
    let gate = ground.serve();
    let told = gate.psql(
        "SELECT aggfnoid, aggtransfn, agginitval, aggkind FROM pg_aggregate WHERE aggfnoid::oid >= 16384 ORDER BY aggfnoid::oid",
    );
    assert_eq!(told, "total|numeric_add|0|n\nmost|ordered_set_transition||o\nstepped|-|5|n");
    let alone =
        "SELECT count(*) FROM pg_proc p WHERE prokind = 'a' AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE a.aggfnoid = p.oid)";
    assert_eq!(gate.psql(alone), "0");
    // Where the server keeps long values: of its own relations, and of those that show whole.
    let toasted =
        "SELECT relname, reltoastrelid <> 0 FROM pg_class WHERE relname IN ('customers', 'pg_proc', 'pg_am') ORDER BY 1";
    assert_eq!(gate.psql(toasted), "customers|f\npg_am|f\npg_proc|t");
}

/// Code generators and schema browsers read them there. Of what may not be called, and of any source text, nothing shows.
#[test]
fn information_schema_tells_of_the_functions_that_may_be_called() {
    let ground = ground();
    let gate = ground.serve();
    let named = "('net', 'sum_of', 'first_of', 'pairs', 'loose', 'counted', 'total', 'most', 'dice')";
    for sql in [
        "SELECT specific_name, routine_name, routine_type, data_type, type_udt_schema, type_udt_name, routine_body, external_language, is_deterministic, \
         is_null_call, security_type, dtd_identifier FROM information_schema.routines",
        "SELECT specific_name, ordinal_position, parameter_mode, parameter_name, data_type, udt_schema, udt_name, dtd_identifier \
         FROM information_schema.parameters WHERE true",
    ] {
        let of_ours = if sql.contains("routines") {
            format!("WHERE routine_name IN {named}")
        } else {
            "AND specific_schema = 'crm' \
            AND specific_name ~ '^(net|sum_of|first_of|pairs|loose|counted|total|most|dice)_[0-9]+$'"
                .to_owned()
        };
        let sql = format!("{sql} {of_ours} ORDER BY 1, 2");
        assert_eq!(gate.psql(&sql), ground.warehouse(&sql), "{sql}");
    }
    let names = "SELECT string_agg(DISTINCT routine_name, ' ' ORDER BY routine_name) FROM information_schema.";
    let all = "apart counted dice first_of home homes loose most net pairs stepped sum_of total";
    for view in ["routines", "routine_privileges", "role_routine_grants"] {
        assert_eq!(gate.psql(&format!("{names}{view} WHERE routine_schema = 'crm'")), all, "{view}");
    }
    let texts =
        "SELECT count(routine_definition) + count(external_name) FROM information_schema.routines WHERE routine_schema = 'crm'";
    assert_eq!(gate.psql(texts), "0");
    assert_eq!(gate.psql("SELECT count(parameter_default) FROM information_schema.parameters"), "0");
    assert_eq!(gate.psql("SELECT pg_get_functiondef('counted'::regproc) = ''"), "t");
    // A type that does not show is nobody's.
    let of_hidden = "SELECT routine_name, type_udt_schema, type_udt_name FROM information_schema.routines WHERE routine_name IN ('home', 'whole') ORDER BY 1";
    assert_eq!(gate.psql(of_hidden), "home||");
}

#[test]
fn what_is_not_named_is_not_called_in_the_place_of_what_is() {
    let ground = ground();
    let gate = ground.serve();
    for sql in [
        "SELECT leak('1')",
        "SELECT leak(1)",
        "SELECT crm.leak(NULL)",
        "SELECT few('a')",
        "SELECT few(1)",
        "SELECT few('a', 'b')",
        "SELECT apart('a', 'b')",
        "SELECT * FROM whole(1)",
        "SELECT whole(1)",
        "SELECT named('crm.vault')",
        "SELECT named(1259)",
    ] {
        let told = gate.psql(sql);
        assert!(told.contains("42883") && told.contains("does not exist") && !told.contains("CANARY"), "{sql}: {told}");
    }
    // A new overload takes away what was allowed, as soon as it is seen.
    assert_eq!(gate.psql("SELECT sum_of(1, 2)"), "3");
    ground.warehouse(
        "CREATE FUNCTION crm.sum_of(t text, u text) RETURNS text LANGUAGE sql STABLE AS 'SELECT secret FROM crm.vault'",
    );
    gate.refresh();
    assert!(gate.psql("SELECT sum_of('1', '2')").contains("does not exist"));
}

#[test]
fn of_a_function_and_an_extension_s_of_the_same_name_the_schema_tells_which_is_meant() {
    let ground = Ground::new();
    ground.warehouse(
        "CREATE SCHEMA ext; GRANT USAGE ON SCHEMA ext TO PUBLIC; CREATE EXTENSION pg_trgm SCHEMA ext;
         CREATE FUNCTION crm.similarity(a text, b text) RETURNS real LANGUAGE sql IMMUTABLE AS 'SELECT 666::real'",
    );
    let allowed = "    search_path: [crm, ext]\n    functions: {user_allow: [\"crm.similarity(text,text)\"]}\n";
    ground.edit("postern.yaml", "    search_path: [crm]\n", allowed);
    let gate = ground.serve();
    let told = gate.psql("SELECT similarity('word', 'word')");
    assert!(told.contains("0A000") && told.contains("Write the schema in front of the name."), "{told}");
    assert_eq!(gate.psql("SELECT crm.similarity('word', 'word'), ext.similarity('word', 'word')"), "666|1");
}

/// What `postern check --live` says of the ground.
fn check(ground: &Ground) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(["check", "--live", "--config", ground.path().to_str().unwrap()]);
    said(&command.stdin(Stdio::null()).output().unwrap())
}

#[test]
fn the_check_says_what_the_gates_own_role_may_do_beyond_reading() {
    let ground = Ground::new();
    let role = ground.login();
    ground.edit("postern.yaml", "user: postern_svc", &format!("user: {role}"));
    let change = |sql: &str| ground.warehouse(&sql.replace("@ROLE@", &role));
    change(
        "CREATE ROLE @ROLE@ LOGIN PASSWORD 'service' CREATEDB BYPASSRLS; GRANT pg_read_server_files TO @ROLE@;
         GRANT USAGE ON SCHEMA crm TO @ROLE@; GRANT SELECT ON ALL TABLES IN SCHEMA crm TO @ROLE@; GRANT UPDATE ON crm.numbers TO @ROLE@",
    );
    let told = check(&ground);
    for expected in [
        "has CREATEDB, which the gate does not need",
        "has BYPASSRLS, which the gate does not need",
        "has the rights of pg_read_server_files, which the gate does not need",
        "can write to crm.numbers: the gate only reads, GRANT SELECT alone",
        "has no temp_file_limit: one statement can fill the disk with temporary files until it times out",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    change(
        "ALTER ROLE @ROLE@ NOCREATEDB NOBYPASSRLS; ALTER ROLE @ROLE@ SET temp_file_limit = '1MB'; REVOKE pg_read_server_files FROM @ROLE@;
         REVOKE UPDATE ON crm.numbers FROM @ROLE@",
    );
    let told = check(&ground);
    assert!(!told.contains(&role), "{told}");
    let told = ground.serve().psql("SELECT count(*) FROM generate_series(1, (SELECT count(*) * 1000 FROM customers)) AS n");
    assert!(told.contains("53400: a limit of the warehouse was exceeded"), "{told}");
    change("ALTER ROLE @ROLE@ SUPERUSER");
    let told = check(&ground);
    change("ALTER ROLE @ROLE@ NOSUPERUSER");
    assert!(told.contains("is a superuser: let the gate log in as one that can read what contracts name"), "{told}");
}

#[test]
fn the_check_says_which_function_cannot_be_allowed_and_why() {
    let ground = ground();
    let check = || check(&ground);
    let told = check();
    for expected in [
        "function \"crm.leak(integer)\" cannot be told from \"crm.leak(text)\", which is not allowed and takes as many arguments: allow both, or rename one",
        "function \"crm.few(integer)\" cannot be told from \"crm.few(text[])\"",
        "function \"crm.whole\" cannot be allowed: its type crm.customers is the row type of a relation",
        "function \"crm.named\" cannot be allowed: values of type regclass can tell what is hidden",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    assert!(!told.contains("crm.apart"), "{told}");
    let refused = r#", "crm.leak(int)", "crm.few(int)", "crm.apart(int)", "crm.whole(int)", "crm.named(regclass)"]"#;
    ground.edit("postern.yaml", refused, "]");
    let told = check();
    assert!(
        told.contains(
            "function \"crm.counted\" runs with the rights of its owner (SECURITY DEFINER): it reads what its owner may"
        ),
        "{told}"
    );
    assert!(
        told.contains("function \"crm.dice\" is volatile: whatever it does besides its result")
            && told.contains("vendors can make it do"),
        "{told}"
    );
}

/// A counter of its calls within a transaction, under a name of the clock's too; and one that writes.
const VOLATILE: &str = r#"
CREATE FUNCTION crm.tick(of int DEFAULT 0) RETURNS int LANGUAGE plpgsql VOLATILE AS $$BEGIN
  PERFORM set_config('test.ticks', (coalesce(nullif(current_setting('test.ticks', true), ''), '0')::int + 1)::text, true);
  RETURN current_setting('test.ticks')::int; END$$;
CREATE FUNCTION crm.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$SELECT timestamptz '2000-01-01 00:00Z' + crm.tick() * interval '1 second'$$;
ALTER TABLE crm.customers ADD placed timestamptz DEFAULT '2020-01-01 00:00Z';
CREATE VIEW crm.barred WITH (security_barrier) AS SELECT id, region, balance, placed FROM crm.customers WHERE region = 'EMEA';
"#;

#[test]
fn a_volatile_function_runs_where_and_as_often_as_the_statement_says() {
    let ground = Ground::new();
    ground.warehouse(VOLATILE);
    let allowed = "    functions: {user_allow: [\"crm.tick(int)\", \"crm.now()\", \"crm.really_write()\"]}\n";
    ground.edit("postern.yaml", "    search_path: [crm]\n", &format!("    search_path: [crm]\n{allowed}"));
    ground.edit("policy.yaml", "columns: [id, email, region, balance]", "columns: [id, email, region, balance, placed]");
    let balance =
        "      - {id: c5, name: balance, logicalType: number, physicalType: \"numeric(12,2)\", classification: internal}\n";
    let placed = "      - {id: c6, name: placed, logicalType: timestamp, physicalType: timestamptz, classification: internal}\n";
    ground.edit("contracts/crm.odcs.yaml", balance, &format!("{balance}{placed}"));
    let gate = ground.serve();
    for sql in [
        // Each ends with the count of calls before its last.
        "SELECT count(*), max(n), tick() - 1 FROM (SELECT tick() AS n FROM customers OFFSET 0) AS t",
        "SELECT n, tick() - 1 FROM (SELECT count(*) AS n FROM customers WHERE tick() <= 50 OFFSET 0) AS t",
        "SELECT n, tick() - 1 FROM (SELECT count(*) AS n FROM customers WHERE placed > crm.now() + interval '1 day' OFFSET 0) AS t",
        "SELECT n, tick() - 1 FROM (SELECT count(*) AS n FROM customers WHERE id > 100 AND balance > 200 AND tick(id) > 0 OFFSET 0) AS t",
        "SELECT n, tick() - 1 FROM (SELECT count(*) AS n FROM customers AS c LEFT JOIN customers AS d ON c.id = d.id AND tick(d.id) % 2 = 0 OFFSET 0) AS t",
        "SELECT n, tick() - 1 FROM (SELECT count(*) AS n FROM customers AS c WHERE EXISTS (SELECT FROM customers AS d WHERE d.id = c.id AND tick(d.id) > 0) OFFSET 0) AS t",
        "SELECT n, tick() - 1 FROM (SELECT count(t.n) AS n FROM customers AS c, LATERAL (SELECT tick(c.id) AS n OFFSET 0) AS t OFFSET 0) AS t",
        "SELECT region, n, tick() - 1 FROM (SELECT region, sum(tick()) AS n FROM customers GROUP BY region OFFSET 0) AS t",
        "SELECT n, tick() - 1 FROM (SELECT count(*) AS n FROM (SELECT id FROM customers ORDER BY tick(), id LIMIT 3) AS c OFFSET 0) AS t",
        "WITH t AS (SELECT tick() AS n FROM customers) SELECT count(*), max(a.n), max(b.n) FROM t AS a JOIN t AS b USING (n)",
        "SELECT id, tick() FROM customers WHERE id < 10 ORDER BY id",
        "SELECT n, tick() - 1 FROM generate_series(1, 3) AS n WHERE tick(n) = n",
        "SELECT * FROM tick() AS t, tick(1) AS u",
        // Nothing is kept from one statement to the next.
        "SELECT id, tick() FROM customers WHERE id < 10 ORDER BY id",
    ] {
        let direct = ground.warehouse(&format!("SET search_path = crm; {}", sql.replace("customers", "barred")));
        assert_eq!(gate.psql(sql), direct, "{sql}");
    }
    for sql in [
        "SELECT pg_get_userbyid(tick()::oid) FROM customers",
        "SELECT tick()::oid::regclass",
        "SELECT to_regclass(tick()::text)",
        "SELECT random()::int::oid::regclass::text",
    ] {
        let told = gate.psql(sql);
        assert!(
            told.contains("0A000: a volatile function cannot be called within what the gate answers itself"),
            "{sql}: {told}"
        );
    }
    let written = gate.psql("SELECT really_write()");
    assert!(written.contains("25006") && written.contains("in a read-only transaction"), "{written}");
    assert_eq!(ground.warehouse("SELECT count(*) FROM crm.written"), "0");
}
