//! A configuration folder, compiled as `serve` compiles it, against a warehouse that is told in words.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use postern::catalog::{
    Catalog, Column, ExposedCatalog, Function, Generated, Oid, PgType, RelationKind, SystemColumns, TypeKind, WarehouseRelation,
};
use postern::config;
use postern::document::Span;
use postern::enforce::{Context, Parsed, Plan, Refusal, StatementLimits, enforce, parse_message};
use postern::policy::compile::{
    CompileInput, CompiledGrant, SessionTexts, UserFunctionName, WarehouseInput, compile, offline_catalog,
};
use serde_json::Value;

/// The folder that most cases are judged under.
pub(crate) static SHOP: LazyLock<Bed> = LazyLock::new(|| Bed::load("shop", None, None));

/// The same folder over a warehouse that has changed since.
pub(crate) static DRIFTED: LazyLock<Bed> = LazyLock::new(|| Bed::load("shop", Some("drifted.json"), None));

/// The first with the views back-end; the views count as made.
pub(crate) static SHOP_ON_VIEWS: LazyLock<Bed> = LazyLock::new(|| Bed::load("shop", None, Some("postern_gate")));

/// Oids of what `warehouse.json` adds; the contracts' own begin at 16384.
const FIRST_OID: Oid = 50_000;

/// Grants to judge statements under.
pub(crate) struct Bed {
    grants: BTreeMap<String, Arc<CompiledGrant>>,
    pub limits: StatementLimits,
    /// Names that no grant shows: of relations, columns, types and functions.
    pub hidden_names: BTreeSet<String>,
}

/// What a session adds to a statement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    pub database: String,
    pub search_path: Option<Vec<String>>,
    pub parameter_types: Vec<u32>,
    /// The warehouse's major version, when it is not the bed's own.
    pub server: Option<u32>,
}

impl Bed {
    /// Loads `tests/policies/<name>`; with a file of it that says how the warehouse has changed; with the gate's login, where views stand for the relations.
    fn load(name: &str, changes: Option<&str>, views_login: Option<&str>) -> Self {
        let source = policies().join(name);
        let folder = tempfile::tempdir().unwrap();
        copy(&source, folder.path());
        write_keys(folder.path());
        let loaded = config::load(folder.path()).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        let words = |file: &str| -> Value { serde_json::from_str(&fs::read_to_string(source.join(file)).unwrap()).unwrap() };
        let changes = changes.map(words);
        let words = words("warehouse.json");
        let names: Vec<_> = loaded.server.warehouses.iter().collect();
        let [warehouse] = names.as_slice() else { panic!("one warehouse") };
        let mut catalog = offline_catalog(&loaded.contracts, &warehouse.name, &warehouse.search_path);
        let mut live = Live { catalog: &mut catalog, next: FIRST_OID };
        live.add(&words, &source);
        if let Some(changes) = &changes {
            live.change(changes);
        }
        let user_functions: Vec<(UserFunctionName, Span)> = warehouse
            .user_functions
            .iter()
            .map(|(found, at)| {
                let (schema, name, arguments) = (found.schema.clone(), found.name.clone(), found.arguments.clone());
                (UserFunctionName { schema, name, arguments }, at.clone())
            })
            .collect();
        let texts = SessionTexts {
            user: "pg_catalog.current_setting('postern.subject')".to_owned(),
            databases: "CAST('{}' AS pg_catalog.text[])".to_owned(),
            backend_pid: "CAST(pg_catalog.current_setting('postern.pid') AS pg_catalog.int4)".to_owned(),
            settings: "CAST('{}' AS pg_catalog.json)".to_owned(),
            statements: "CAST('{}' AS pg_catalog.json)".to_owned(),
            cursors: "CAST('[]' AS pg_catalog.json)".to_owned(),
            sessions: "CAST('[]' AS pg_catalog.json)".to_owned(),
        };
        let at = Span::start_of("postern.yaml".to_owned());
        let input = CompileInput {
            policy: &loaded.policy,
            contracts: &loaded.contracts,
            revision: "cases",
            warehouses: &[WarehouseInput {
                name: &warehouse.name,
                catalog: &catalog,
                search_path: &warehouse.search_path,
                user_functions: &user_functions,
                user_types: &[],
                user_text_search: &[],
                views_login,
                at: &at,
            }],
            statement_timeout: Duration::from_secs(60),
            texts: &texts,
            offline: false,
            compiled_before: false,
        };
        let compiled = compile(&input).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        assert_eq!(compiled.drift.is_empty(), changes.is_none(), "{:#?}", compiled.drift);
        let limits = StatementLimits {
            statement_bytes: usize::try_from(loaded.server.limits.statement_bytes).unwrap(),
            nesting: usize::try_from(loaded.server.limits.nesting).unwrap(),
            parameters: usize::from(loaded.server.limits.parameters),
            value_bytes: loaded.server.limits.value_bytes,
        };
        let grants: BTreeMap<_, _> =
            compiled.grants.iter().map(|grant| (grant.grant.database.value.clone(), Arc::clone(grant))).collect();
        let hidden_names = words["hidden_names"].as_array().unwrap().iter().map(text).collect();
        Self { grants, limits, hidden_names }
    }

    pub(crate) fn grant(&self, database: &str) -> &CompiledGrant {
        self.grants.get(database).unwrap_or_else(|| panic!("no grant for database {database}"))
    }

    /// What the session would do with a message: each statement's plan, or the refusal.
    pub(crate) fn judge(&self, session: &Session, message: &str) -> Result<Vec<Plan>, Refusal> {
        let parsed: Vec<Parsed> = parse_message(message, &self.limits)?;
        let grant = self.grant(&session.database);
        let exposed = exposed(grant, session.server);
        let context = Context {
            exposed: &exposed,
            search_path: session.search_path.as_ref().unwrap_or(&exposed.search_path),
            limits: &self.limits,
            export: grant.export(),
            parameter_types: &session.parameter_types,
        };
        parsed.iter().map(|statement| enforce(statement, &context)).collect()
    }
}

/// What a grant exposes of a warehouse of that major version.
pub(crate) fn exposed(grant: &CompiledGrant, server: Option<u32>) -> Cow<'_, ExposedCatalog> {
    let Some(major) = server else { return Cow::Borrowed(&grant.exposed) };
    Cow::Owned(ExposedCatalog { server_version: major * 10_000, ..(*grant.exposed).clone() })
}

/// Where the cases and their folders are.
pub(crate) fn policies() -> PathBuf {
    // The fuzzers are a package inside this one.
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/policies"));
    folders.into_iter().find(|folder| folder.is_dir()).unwrap()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The secrets that every configuration names; none of them is used.
fn write_keys(folder: &Path) {
    fs::create_dir_all(folder.join("keys")).unwrap();
    for (name, text) in [
        ("server.crt", "-----BEGIN CERTIFICATE-----\n".to_owned()),
        ("server.key", "-----BEGIN PRIVATE KEY-----\n".to_owned()),
        ("warehouse.password", "unused\n".to_owned()),
        ("pseudonym.key", format!("{}\n", "0f".repeat(32))),
    ] {
        let path = folder.join("keys").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

/// `schema.name` in two.
fn pair(full: &str) -> (String, String) {
    let (schema, name) = full.split_once('.').unwrap();
    (schema.to_owned(), name.to_owned())
}

/// The catalog, while what the contracts do not tell is added.
struct Live<'a> {
    catalog: &'a mut Catalog,
    next: Oid,
}

impl Live<'_> {
    fn add(&mut self, words: &Value, folder: &Path) {
        for name in texts(&words["enums"]) {
            let (schema, name) = pair(&name);
            self.enumeration(schema, name);
        }
        for relation in words["relations"].as_object().unwrap().keys() {
            let (schema, name) = pair(relation);
            self.schema(&schema);
            let oid = self.oid();
            let kind = RelationKind::Table;
            let (columns, primary_key) = (Vec::new(), Vec::new());
            self.catalog.relations.push(WarehouseRelation { oid, schema, name, kind, is_partition: false, columns, primary_key });
            self.columns(relation, columns_of(&words["relations"][relation]));
        }
        for (relation, columns) in words["columns"].as_object().unwrap() {
            self.columns(relation, columns_of(columns));
        }
        for column in texts(&words["generated"]) {
            let (relation, column) = column.rsplit_once('.').unwrap();
            let found = self.relation(relation).columns.iter_mut().find(|found| found.name == column);
            found.unwrap().generated = Some(Generated::Virtual);
        }
        for relation in texts(&words["partitioned"]) {
            self.relation(&relation).kind = RelationKind::Partitioned;
        }
        for relation in texts(&words["views"]) {
            self.relation(&relation).kind = RelationKind::View;
        }
        for function in words["functions"].as_array().unwrap() {
            let oid = self.oid();
            self.catalog.functions.push(Function {
                oid,
                schema: text(&function["schema"]),
                name: text(&function["name"]),
                arguments: texts(&function["arguments"]),
                defaults: 0,
                variadic: false,
                returns: text(&function["returns"]),
                returns_set: function["returns_set"].as_bool().unwrap_or(false),
                out_columns: function.get("out_columns").map(texts).unwrap_or_default(),
                volatility: 'i',
                kind: 'f',
                security_definer: false,
                extension: None,
            });
        }
        self.system(&fs::read_to_string(folder.join("system.csv")).unwrap());
    }

    /// What has happened to the warehouse since the contracts were written.
    fn change(&mut self, words: &Value) {
        for relation in texts(&words["dropped_relations"]) {
            let (schema, name) = pair(&relation);
            self.catalog.relations.retain(|found| found.schema != schema || found.name != name);
        }
        for column in texts(&words["dropped_columns"]) {
            let (relation, column) = column.rsplit_once('.').unwrap();
            self.relation(relation).columns.retain(|found| found.name != column);
        }
        for (column, of) in words["retyped"].as_object().unwrap() {
            let (relation, column) = column.rsplit_once('.').unwrap();
            let (type_oid, typmod) = self.catalog.type_named(of.as_str().unwrap()).unwrap();
            let type_text = self.catalog.type_text(type_oid, typmod);
            let found = self.relation(relation).columns.iter_mut().find(|found| found.name == column).unwrap();
            (found.type_oid, found.typmod, found.type_text, found.collation) = (type_oid, typmod, type_text, None);
        }
        for relation in texts(&words["now_tables"]) {
            self.relation(&relation).kind = RelationKind::Table;
        }
    }

    fn oid(&mut self) -> Oid {
        self.next += 1;
        self.next
    }

    fn schema(&mut self, name: &str) {
        if !self.catalog.schemas.values().any(|known| known == name) {
            let oid = self.oid();
            self.catalog.schemas.insert(oid, name.to_owned());
        }
    }

    fn relation(&mut self, full: &str) -> &mut WarehouseRelation {
        let (schema, name) = pair(full);
        self.catalog.relations.iter_mut().find(|found| found.schema == schema && found.name == name).unwrap()
    }

    fn columns(&mut self, relation: &str, columns: Vec<(String, String)>) {
        for (name, of) in columns {
            let (type_oid, typmod) = self.catalog.type_named(&of).unwrap_or_else(|| panic!("type {of}"));
            let type_text = self.catalog.type_text(type_oid, typmod);
            let relation = self.relation(relation);
            let attnum = i16::try_from(relation.columns.len() + 1).unwrap();
            let (not_null, generated, collation) = (false, None, None);
            relation.columns.push(Column { attnum, name, type_oid, typmod, type_text, not_null, generated, collation });
        }
    }

    /// An enum that no contract names as the type of a column.
    fn enumeration(&mut self, schema: String, name: String) {
        if self.catalog.types.values().any(|known| known.schema == schema && known.name == name) {
            return;
        }
        let oid = self.oid();
        self.catalog.types.insert(
            oid,
            PgType {
                oid,
                schema,
                name,
                kind: TypeKind::Enum,
                category: 'E',
                element: None,
                base: None,
                base_typmod: -1,
                subtype: None,
                array: None,
                row_of: None,
                attributes: Vec::new(),
                extension: None,
            },
        );
    }

    /// The system relations: oid, name, attnum, column, type.
    fn system(&mut self, lines: &str) {
        let mut found: Vec<SystemColumns> = Vec::new();
        for line in lines.lines().filter(|line| !line.starts_with('#')) {
            let [oid, name, attnum, column, of] = *line.split(',').collect::<Vec<_>>().as_slice() else { panic!("{line}") };
            let (schema, name) = pair(name);
            if found.last().is_none_or(|last| last.name != name || last.schema != schema) {
                found.push(SystemColumns { oid: oid.parse().unwrap(), schema, name, columns: Vec::new() });
            }
            found.last_mut().unwrap().columns.push((column.to_owned(), attnum.parse().unwrap(), of.parse().unwrap()));
        }
        self.catalog.system = found;
    }
}

fn columns_of(words: &Value) -> Vec<(String, String)> {
    words.as_object().unwrap().iter().map(|(name, of)| (name.clone(), text(of))).collect()
}
