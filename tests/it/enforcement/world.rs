//! One small warehouse, the contract and the grant that show a part of it, and a gate in between: on every PostgreSQL that is found, with both
//! back-ends.

#![expect(clippy::print_stderr, reason = "a run says which versions it tried")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use postern::config::Backend;
use postern::enforce::{Action, Context, Export, StatementLimits, enforce, parse_message};
use postern::policy::compile::CompiledGrant;

use crate::gate::{Gate, PASSWORD, Speaker, Texts, said, write};
use crate::harness::{Installation, Postgres, binary, documents, done};

/// A relation that the grant shows.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// `crm.customers`
    relation: &'static str,
    columns: &'static [&'static str],
    filter: Option<&'static str>,
    /// Relations that the filter's sub-selects may read.
    reference: &'static [&'static str],
    /// Column and mask, as a policy writes it.
    masks: &'static [(&'static str, &'static str)],
    /// The columns that say whom a row belongs to.
    entity: &'static [&'static str],
}

impl Shown {
    pub(super) const fn new(relation: &'static str, columns: &'static [&'static str]) -> Self {
        Self { relation, columns, filter: None, reference: &[], masks: &[], entity: &[] }
    }

    pub(super) const fn filter(self, filter: &'static str) -> Self {
        Self { filter: Some(filter), ..self }
    }

    pub(super) const fn reference(self, reference: &'static [&'static str]) -> Self {
        Self { reference, ..self }
    }

    pub(super) const fn masks(self, masks: &'static [(&'static str, &'static str)]) -> Self {
        Self { masks, ..self }
    }

    pub(super) const fn entity(self, entity: &'static [&'static str]) -> Self {
        Self { entity, ..self }
    }
}

/// A warehouse and the gate before it.
pub(super) struct World {
    gate: Gate,
    backend: Backend,
    /// The role that the gate logs in as.
    login: String,
}

/// What is to be built.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    /// Run by the superuser. Schema `crm` is there; what is hidden says CANARY.
    pub(super) setup: &'a str,
    pub(super) shown: &'a [Shown],
    /// The warehouse's schemas, commas between them.
    pub(super) search_path: &'a str,
    /// Settings of a server of its own; empty: the shared one.
    pub(super) settings: &'a [(&'a str, &'a str)],
    /// Encoding of the database.
    pub(super) encoding: &'a str,
    /// The oldest version that knows what is built.
    pub(super) since: u32,
}

impl<'a> Plan<'a> {
    pub(super) const fn new(setup: &'a str, shown: &'a [Shown]) -> Self {
        Self { setup, shown, search_path: "crm", settings: &[], encoding: "UTF8", since: 13 }
    }

    /// Of versions from that one on.
    pub(super) const fn since(self, since: u32) -> Self {
        Self { since, ..self }
    }

    /// Tries something on every version, with both back-ends.
    pub(super) fn each(self, test: impl Fn(&World)) {
        self.each_of(&[Backend::Inline, Backend::Views], test);
    }

    /// Tries what the inline back-end alone does.
    pub(super) fn each_inline(self, test: impl Fn(&World)) {
        self.each_of(&[Backend::Inline], test);
    }

    fn each_of(self, backends: &[Backend], test: impl Fn(&World)) {
        for installation in Installation::all().iter().filter(|found| found.major >= self.since) {
            for backend in backends {
                eprintln!("PostgreSQL {}, {backend:?}", installation.version);
                let world = World::build(installation, self, *backend).unwrap_or_else(|mistakes| panic!("{mistakes}"));
                test(&world);
            }
        }
    }

    /// Tries something on the main installation alone.
    pub(super) fn on_main(self, test: impl FnOnce(&World)) {
        test(&World::build(&Installation::main(), self, Backend::Inline).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    }

    /// On every version the configuration is refused with one of these words.
    pub(super) fn each_refused(self, words: &[&str]) {
        for installation in Installation::all() {
            eprintln!("PostgreSQL {}", installation.version);
            let mistakes = World::build(installation, self, Backend::Inline).err().expect("the configuration is refused");
            for word in words {
                assert!(mistakes.contains(word), "{word}: {mistakes}");
            }
        }
    }
}

impl World {
    fn build(installation: &Installation, plan: Plan<'_>, backend: Backend) -> Result<Self, String> {
        let server = match plan.settings {
            [] => Postgres::shared_of(installation.clone()),
            settings => {
                let builder = Postgres::builder_of(installation.clone());
                Arc::new(settings.iter().fold(builder, |builder, (name, value)| builder.setting(name, value)).start())
            }
        };
        let database = Gate::new_database_name();
        server.sql("postgres", &format!("CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING '{}'", plan.encoding));
        server.sql(&database, &format!("CREATE SCHEMA crm;\n{}", plan.setup));
        let schemas: BTreeMap<&str, Vec<Shown>> = plan.shown.iter().fold(BTreeMap::new(), |mut schemas, shown| {
            schemas.entry(split(shown).0).or_insert_with(Vec::new).push(*shown);
            schemas
        });
        // Views make a login lose what it was given, so it is this world's own.
        let login = match backend {
            Backend::Inline => "postern_svc".to_owned(),
            Backend::Views => format!("{database}_svc"),
        };
        server.sql(&database, &SERVICE_ROLE.replace("@LOGIN@", &login));
        for schema in schemas.keys() {
            let grants = format!(
                "GRANT USAGE ON SCHEMA {schema} TO {login}; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {login}; \
                         GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {login}; "
            );
            server.sql(&database, &(grants + "ANALYZE"));
        }
        let contracts: Vec<String> = schemas.iter().map(|(schema, shown)| contract(&server, &database, schema, shown)).collect();
        let folder = tempfile::tempdir().unwrap();
        let texts = Texts {
            port: server.port,
            database: &database,
            search_path: plan.search_path,
            policy: &policy(&schemas),
            contracts: &contracts,
        };
        write(folder.path(), &texts);
        if backend == Backend::Views {
            read_through_views(folder.path(), &server, &database, &login);
        }
        Ok(Self { gate: Gate::over(server, database, folder)?, backend, login })
    }

    /// Whether relations are read through views of the warehouse.
    pub(super) fn is_on_views(&self) -> bool {
        self.backend == Backend::Views
    }

    /// The role that the gate logs in as.
    pub(super) fn login(&self) -> &str {
        &self.login
    }

    /// Where the gate listens.
    pub(super) fn port(&self) -> u16 {
        self.gate.port
    }

    /// The records of the journal, by event code.
    pub(super) fn records(&self, event_code: &str) -> Vec<serde_json::Value> {
        self.gate.records(event_code)
    }

    /// The outcome of every statement that was let in.
    pub(super) fn outcomes(&self) -> Vec<serde_json::Value> {
        self.gate.outcomes()
    }

    /// The server's major version.
    pub(super) fn major(&self) -> u32 {
        self.gate.server.major
    }

    /// What psql says to one statement through the gate: rows, then errors with their SQLSTATE.
    pub(super) fn ask(&self, sql: &str) -> String {
        self.converse(&[sql])
    }

    /// What psql says to several statements of one session.
    pub(super) fn converse(&self, texts: &[&str]) -> String {
        let mut command = self.gate.psql_command("jane");
        command.args(["-A", "-t", "-q", "-v", "VERBOSITY=verbose"]);
        for text in texts {
            command.args(["-c", text]);
        }
        said(&command.output().unwrap())
    }

    /// What the superuser gets from the warehouse itself.
    pub(super) fn direct(&self, sql: &str) -> String {
        self.gate.server.sql(&self.gate.database, sql)
    }

    /// pg_dump of the warehouse itself.
    pub(super) fn dump_directly(&self, arguments: &[&str]) -> std::process::Output {
        let port = self.gate.server.port.to_string();
        let mut command = std::process::Command::new(binary("pg_dump"));
        command.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", &self.gate.database]).args(arguments);
        command.output().unwrap()
    }

    /// The warehouse's log so far.
    pub(super) fn log(&self) -> String {
        self.gate.server.log()
    }

    /// The schemas of the path that connections to the warehouse have.
    pub(super) fn pinned_path(&self) -> Vec<String> {
        self.gate.current_revision().grants.values().next().unwrap().compiled.pinned_search_path.clone()
    }

    /// The keys of the grant's pseudonyms: setting and value.
    pub(super) fn keys(&self) -> Vec<(String, String)> {
        let revision = self.gate.current_revision();
        let keys = &revision.grants.values().next().unwrap().keys;
        keys.iter().map(|(name, key)| (name.clone(), key.reveal().clone())).collect()
    }

    /// A client that speaks messages.
    pub(super) fn speaker(&self) -> Speaker {
        Speaker::log_in(self.gate.port, "jane", PASSWORD, &[("database", "analysis")])
    }

    /// Asks both: every statement is answered with these rows.
    pub(super) fn answers(&self, cases: &[(&str, &str)]) {
        for (sql, rows) in cases {
            assert_eq!(self.ask(sql), *rows, "PostgreSQL {}: {sql}", self.major());
        }
    }

    /// Every statement is answered as it is when it reads the views of schema `ref` in the place of the relations of `crm`.
    pub(super) fn answers_as_views(&self, statements: &[&str]) {
        for sql in statements {
            assert_eq!(self.ask(sql), self.direct(&sql.replace("crm.", "ref.")), "PostgreSQL {}: {sql}", self.major());
        }
    }

    /// Every statement is refused with that SQLSTATE, by the gate or by the warehouse, and nothing hidden is told.
    pub(super) fn refuses(&self, cases: &[(&str, &str)]) {
        for (sql, sqlstate) in cases {
            let said = self.ask(sql);
            let first = format!("ERROR:  {sqlstate}: ");
            assert!(said.starts_with(&first), "PostgreSQL {}: {sql}\n{said}", self.major());
            assert!(!said.contains("CANARY"), "{sql}\n{said}");
        }
    }

    /// The definitions of the views that stand for the relations.
    pub(super) fn views(&self) -> String {
        self.direct("SELECT pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relnamespace = 'postern/analysis'::regnamespace")
    }

    /// What the gate sends for a statement.
    pub(super) fn sent(&self, sql: &str) -> String {
        let revision = self.gate.current_revision();
        let grant: &CompiledGrant = &revision.grants.values().next().unwrap().compiled;
        let limits = StatementLimits { statement_bytes: 1 << 20, nesting: 100, parameters: 100, value_bytes: 1 << 26 };
        let context = Context {
            exposed: &grant.exposed,
            search_path: &grant.exposed.search_path,
            limits: &limits,
            export: Export { copy_out: true, cursor_fetch: true, explain: true },
            parameter_types: &[],
        };
        let parsed = parse_message(sql, &limits).unwrap();
        let plan = enforce(&parsed[0], &context).unwrap_or_else(|refusal| panic!("{sql}: {refusal:?}"));
        let Action::Query(rewritten) = plan.action else { panic!("a query: {sql}") };
        rewritten.sql().to_string()
    }
}

/// Sets the back-end and makes the views, as an administrator does.
fn read_through_views(folder: &Path, server: &Postgres, database: &str, login: &str) {
    let file = folder.join("postern.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("user: postern_svc", &format!("user: {login}\n    backend: views"))).unwrap();
    let admin = format!("postgres://postgres@127.0.0.1:{}/{database}", server.port);
    done(&["views", "--config", folder.to_str().unwrap(), "--apply", "--warehouse", &admin]);
}

const SERVICE_ROLE: &str = "DO $$ BEGIN CREATE ROLE @LOGIN@ LOGIN PASSWORD 'service';
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";

/// Schema and name.
fn split(shown: &Shown) -> (&'static str, &'static str) {
    shown.relation.split_once('.').unwrap()
}

/// The contract of one schema; types as the warehouse has them.
fn contract(server: &Postgres, database: &str, schema: &str, shown: &[Shown]) -> String {
    let mut text = String::new();
    for relation in shown {
        let (_, name) = split(relation);
        let kind = server.sql(
            database,
            &format!(
                "SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' END
                 FROM pg_class WHERE oid = '{schema}.{name}'::regclass"
            ),
        );
        let _written = writeln!(text, "  - name: {name}\n    physicalType: {kind}\n    logicalType: object");
        if !relation.entity.is_empty() {
            let _written =
                writeln!(text, "    customProperties: [{{property: posternEntityKey, value: [{}]}}]", relation.entity.join(", "));
        }
        text.push_str("    properties:\n");
        for column in relation.columns {
            let type_text = server.sql(
                database,
                &format!(
                    "SET search_path = ''; SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{schema}.{name}'::regclass AND attname = '{column}'"
                ),
            );
            assert!(!type_text.is_empty(), "{schema}.{name} has no column {column}");
            let type_text = type_text.replace('"', "\\\"");
            let _written = writeln!(text, "      - {{name: {column}, physicalType: \"{type_text}\", classification: internal}}");
        }
    }
    documents::contract(schema, schema, &text)
}

/// A policy with one grant over all of it.
fn policy(schemas: &BTreeMap<&str, Vec<Shown>>) -> String {
    let mut products = String::new();
    for (schema, relations) in schemas {
        let _written =
            writeln!(products, "      - contract: {schema}\n        version: ^1.0\n        role: analyst\n        relations:");
        for relation in relations {
            let Shown { relation: _, columns, filter, reference, masks, entity: _ } = relation;
            let _written = writeln!(products, "          {}:\n            columns: [{}]", split(relation).1, columns.join(", "));
            if let Some(filter) = filter {
                let _written = writeln!(products, "            row_filter: {}", serde_json::to_string(filter).unwrap());
            }
            if !reference.is_empty() {
                let _written = writeln!(products, "            reference: [{}]", reference.join(", "));
            }
            if !masks.is_empty() {
                products.push_str("            masks:\n");
            }
            for (column, mask) in *masks {
                let _written = writeln!(products, "              {column}: {mask}");
            }
        }
    }
    documents::policy("[]", &products, 1_000_000)
}
