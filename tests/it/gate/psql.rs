//! psql as analysts use it at the prompt: what its own commands make of a conversation reads as it does with PostgreSQL itself.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::folder::PASSWORD;
use super::running::{Gate, said};
use crate::harness::binary;

/// Scripts whose whole output must be the same; every statement is on what the grant shows whole.
const SCRIPTS: &[&str] = &[
    // Describe without running, in both directions of NULL names and typmods.
    "SELECT n, pad, n / 2.0 AS half FROM numbers WHERE n < 4 \\gdesc\nSELECT 1 AS a, 'x'::varchar(3), now()::timestamptz(3) AS c, NULL \\gdesc\nSELECT n FROM nowhere \\gdesc\nBEGIN \\gdesc",
    "SELECT acldefault('r', 10), CASE WHEN n > 1 THEN acldefault('s', 10) ELSE '{}' END, (SELECT relacl FROM pg_class LIMIT 1), relacl FROM numbers, pg_class \\gdesc",
    "SELECT * FROM pg_stat_activity \\gdesc\nSELECT * FROM information_schema.element_types \\gdesc",
    "SELECT n % 2 AS odd, n % 3 AS three, count(*) FROM numbers WHERE n < 20 GROUP BY 1, 2 ORDER BY 1, 2 \\crosstabview odd three count\nSELECT n, n, n FROM numbers WHERE n < 3 \\crosstabview",
    "SELECT n AS first, pad AS second FROM numbers WHERE n = 1 \\gset of_\n\\echo :of_first :'of_second'\nSELECT :of_first + 1;\nSELECT 1 WHERE false \\gset\nSELECT 1 UNION SELECT 2 \\gset",
    "SELECT 'SELECT ' || n || ' AS made' FROM numbers WHERE n < 4 ORDER BY n \\gexec",
    "SELECT n FROM numbers WHERE n < 3 \\gx\nSELECT n FROM numbers WHERE n < 3 \\g (format=csv tuples_only=on)\n\\x auto\nSELECT 1 AS a;\n\\pset null (null)\nSELECT NULL AS nothing;\n\\a\n\\t\nSELECT 1, 2;",
    "\\set FETCH_COUNT 3\nSELECT n FROM numbers WHERE n < 11 ORDER BY n;\nSELECT 1 / (5 - n) FROM numbers WHERE n < 9 ORDER BY n;\nSELECT 'after';\n\\echo :ROW_COUNT :SQLSTATE :ERROR",
    "\\set AUTOCOMMIT off\nSELECT 1;\nSELECT 1/0;\nSELECT 2;\nROLLBACK;\nSELECT 3;\nCOMMIT;\n\\echo :AUTOCOMMIT",
    "\\set ON_ERROR_ROLLBACK on\nBEGIN;\nSELECT 1;\nSELECT 1/0;\nSELECT 2;\nCOMMIT;\nCOMMIT;",
    "\\set ECHO all\nSELECT 1;\n\\set SINGLELINE on\nSELECT 2\n\\set ECHO none\n\\set QUIET on\n\\;\nSELECT 3\\; SELECT 4;",
    "\\copy (SELECT n, pad FROM numbers WHERE n < 3 ORDER BY n) TO STDOUT (FORMAT csv, HEADER)\n\\copy topics TO STDOUT\n\\copy (SELECT 1/0) TO STDOUT",
    "\\errverbose\nSELECT 1/0;\n\\errverbose\n\\set VERBOSITY verbose\nSELECT 1 +;\n\\set VERBOSITY sqlstate\nSELECT 1/0;\n\\set VERBOSITY terse\nSELECT 1 + FROM;\n\\echo :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE",
    "\\if true\nSELECT 'yes';\n\\elif true\nSELECT 'no';\n\\endif\n\\warn said\n\\qecho done\n\\encoding",
    "PREPARE p AS SELECT n FROM numbers WHERE n = $1;\nEXECUTE p(3);\nEXECUTE p(3) \\gdesc\nDEALLOCATE p;\nEXECUTE p(3);",
    "DECLARE c CURSOR FOR SELECT 1;\nBEGIN;\nDECLARE c CURSOR WITH HOLD FOR SELECT n FROM numbers WHERE n < 6 ORDER BY n;\nFETCH 2 FROM c;\nCOMMIT;\nFETCH ALL FROM c;\nCLOSE c;\nFETCH c;",
    "SELECT 'a' AS \"Müller €\", E'tab\\there', 'line\nbreak';\nSELECT 1 AS a, 2 AS a;\nSELECT;\n;\n-- nothing\nSHOW server_version;\n\\echo :SERVER_VERSION_NAME :SERVER_VERSION_NUM",
];

/// What both say: not where in its source PostgreSQL raises an error, nor what the gate adds to a refusal.
fn as_everywhere(text: &str) -> String {
    let own = ["LOCATION:", "DETAIL:", "HINT:", "Rule "];
    text.lines().filter(|line| !own.iter().any(|own| line.starts_with(own))).map(|line| format!("{line}\n")).collect()
}

fn run(mut psql: Command, script: &str) -> String {
    let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    as_everywhere(&said(&child.wait_with_output().unwrap()))
}

/// psql on the warehouse itself.
fn direct(gate: &Gate) -> Command {
    let mut command = Command::new(binary("psql"));
    let conninfo = format!(
        "host=127.0.0.1 port={} dbname={} user=postgres options='-c search_path=crm -c default_transaction_read_only=on'",
        gate.server.port, gate.database
    );
    command.args(["-X", "-d", &conninfo]);
    command
}

#[test]
fn commands_of_psql_read_as_with_postgresql() {
    let gate = Gate::start(1000);
    for script in SCRIPTS {
        assert_eq!(run(gate.psql_command("jane"), script), run(direct(&gate), script), "{script}");
    }
}

#[test]
fn a_watched_query_runs_again_until_it_fails() {
    let gate = Gate::start(1000);
    // psql repeats it as long as it works: until a second of the transaction's clock has passed.
    let script = "SELECT now() AS begun \\gset\n\\t\nSELECT 1 / (now() < :'begun'::timestamptz + interval '1 s')::int AS runs \\watch 0.1\n";
    let watched = |psql: Command| {
        let told = run(psql, script);
        let runs = told.lines().filter(|line| line.trim() == "1").count();
        assert!(runs > 1, "{told}");
        told.lines().filter(|line| line.contains("ERROR")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(watched(gate.psql_command("jane")), watched(direct(&gate)));
}

#[test]
fn conninfo_says_who_is_connected_to_what() {
    let gate = Gate::start(1000);
    let told = run(gate.psql_command("jane"), "\\conninfo\n\\c - john\nSELECT current_user;\n");
    let first = told.lines().next().unwrap();
    assert!(first.starts_with("You are connected to database \"analysis\" as user \"jane\" on host \"127.0.0.1\""), "{told}");
    assert!(told.contains("You are now connected to database \"analysis\" as user \"john\"."), "{told}");
    assert!(told.contains("\n john"), "{told}");
}

/// psql at a terminal, which reads keys.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: ChildStdout,
    shown: String,
}

impl Terminal {
    /// `script` makes the terminal.
    fn start(gate: &Gate) -> Self {
        let psql = format!("{} -X -A -d '{}'", binary("psql").display(), gate.conninfo("jane"));
        let mut command = Command::new("script");
        command
            .args(["-qec", &psql, "/dev/null"])
            .env("PGPASSWORD", PASSWORD)
            .env("TERM", "dumb")
            .env("PSQL_HISTORY", "/dev/null");
        command.env("INPUTRC", "/dev/null").env("PAGER", "cat");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (keys, screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut terminal = Self { child, keys, screen, shown: String::new() };
        terminal.until("analysis=> ");
        terminal
    }

    fn press(&mut self, keys: &str) {
        self.shown.clear();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Reads what is shown, until it holds this.
    fn until(&mut self, text: &str) -> &str {
        let mut piece = [0; 4096];
        while !self.shown.contains(text) {
            let length = self.screen.read(&mut piece).unwrap();
            assert!(length > 0, "the terminal is closed; {text:?} was not shown:\n{}", self.shown);
            self.shown.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
        &self.shown
    }

    fn end(mut self) {
        self.press("\\q\n");
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn tab_completes_what_the_grant_shows_and_the_line_before_comes_back() {
    let gate = Gate::start(1000);
    let mut terminal = Terminal::start(&gate);
    terminal.press("SELECT count(*) AS counted FROM numb\t");
    terminal.until("numbers ");
    terminal.press("WHERE n < 8;\n");
    terminal.until("(1 row)");
    // Each Tab asks the catalogs; the second lists what there is.
    terminal.press("SELECT * FROM crm.\t\t");
    let listed = terminal.until("crm.topics").to_owned();
    assert!(listed.contains("crm.customers") && listed.contains("crm.notes"), "{listed}");
    assert!(!listed.contains("vault") && !listed.contains("kunden") && !listed.contains("written"), "{listed}");
    // Ctrl-U clears the line; what is hidden completes to nothing, as what is missing.
    terminal.press("\u{15}SELECT * FROM vau\t\tlt;\n");
    let hidden = terminal.until("HINT").to_owned();
    assert!(hidden.contains("relation \"vault\" does not exist"), "{hidden}");
    terminal.press("\u{15}SHOW timez\t;\n");
    terminal.until("(1 row)");
    assert!(terminal.shown.to_lowercase().contains("timezone"), "{}", terminal.shown);
    // Ctrl-P twice: the statement before the last one.
    terminal.press("\u{10}\u{10}\n");
    assert!(terminal.until("HINT").contains("relation \"vault\" does not exist"));
    terminal.end();
}
