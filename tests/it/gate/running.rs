//! A gate in this process, put together as the server does it.

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use postern::access::{OpenGrant, Revision, UsageBook};
use postern::audit::{Journal, JournalSettings};
use postern::auth::{Authenticator, People, Person, Verifier};
use postern::base::Secret;
use postern::catalog::TextSearchKind;
use postern::config::{Backend, Loaded, UpstreamTls, load};
use postern::enforce::StatementLimits;
use postern::mask::keys::{Engagement, derive, settings};
use postern::policy::compile::{CompileInput, CompiledGrant, CompiledPolicy, UserFunctionName, WarehouseInput, compile};
use postern::runtime::task::TaskSet;
use postern::runtime::{Clock, Shutdown};
use postern::session::{
    CatalogDoubt, GateLimits, PlanCache, Registry, SessionLimits, Shared, StatementText, listener, session_texts,
};
use postern::telemetry::Metrics;
use postern::upstream::{Pool, PoolLimits, Target, Tls, introspect, introspect_with_views};
use postern::wire::{Plaintext, TlsSettings, TlsState, TlsVersion, WireLimits};
use tokio::sync::watch;

use super::folder;
use super::interactive::Interactive;
use crate::harness::{Postgres, wait_until};

static GATES: AtomicU64 = AtomicU64::new(0);

/// A running gate with its warehouse.
pub(crate) struct Gate {
    pub(crate) port: u16,
    pub(super) shared: Arc<Shared>,
    pub(super) revision: watch::Sender<Arc<Revision>>,
    pub(crate) database: String,
    pub(crate) server: Arc<Postgres>,
    pub(crate) folder: tempfile::TempDir,
    tasks: TaskSet,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Gate {
    /// A gate whose grant lets `rows` rows out with each statement.
    pub(super) fn start(rows: u64) -> Self {
        Self::start_at(rows, Clock::system(), &[])
    }

    /// The same by this clock, with changes (file, from, to) of the configuration.
    pub(super) fn start_at(rows: u64, clock: Clock, changes: &[(&str, &str, &str)]) -> Self {
        let server = Postgres::shared();
        let database = new_database(&server);
        let folder = tempfile::tempdir().unwrap();
        folder::write_shop(folder.path(), server.port, &database, rows);
        let path = "    search_path: [crm]\n";
        let writes = format!("{path}    functions: {{user_allow: [\"crm.write_it()\"]}}\n");
        folder::change(folder.path(), "postern.yaml", path, &writes);
        for (file, from, to) in changes {
            folder::change(folder.path(), file, from, to);
        }
        Self::by(clock, server, database, folder).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    /// A name that no other gate's database has.
    pub(crate) fn new_database_name() -> String {
        format!("gate_{}", GATES.fetch_add(1, Ordering::Relaxed))
    }

    /// A gate over a warehouse and a configuration folder; all mistakes of the folder where there are some.
    pub(crate) fn over(server: Arc<Postgres>, database: String, folder: tempfile::TempDir) -> Result<Self, String> {
        Self::by(Clock::system(), server, database, folder)
    }

    fn by(clock: Clock, server: Arc<Postgres>, database: String, folder: tempfile::TempDir) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let loaded = load(folder.path()).map_err(|mistakes| mistakes.to_string())?;
        let tasks = TaskSet::new();
        let (shared, revision, port) = runtime.block_on(begin(&loaded, tasks.clone(), clock))?;
        Ok(Self { port, shared, revision, database, server, folder, tasks, runtime: Some(runtime) })
    }

    /// The revision in force.
    pub(crate) fn current_revision(&self) -> Arc<Revision> {
        Arc::clone(&self.revision.borrow())
    }

    /// A connection string for this gate.
    pub(crate) fn conninfo(&self, user: &str) -> String {
        format!("host=127.0.0.1 port={} dbname=analysis user={user} sslmode=require connect_timeout=20", self.port)
    }

    /// psql on this gate.
    pub(crate) fn psql_command(&self, user: &str) -> Command {
        let mut command = Command::new(crate::harness::binary("psql"));
        command.args(["-X", "-d", &self.conninfo(user)]).env("PGPASSWORD", folder::PASSWORD);
        command
    }

    pub(super) fn interactive(&self, user: &str) -> Interactive {
        Interactive::start(self.psql_command(user))
    }

    /// Runs each text with psql as one session, stdout and stderr in one, as a person sees it.
    pub(crate) fn psql(&self, texts: &[&str]) -> String {
        let mut command = self.psql_command("jane");
        for text in texts {
            command.args(["-c", text]);
        }
        said(&command.args(["-A", "-t", "-q"]).output().unwrap())
    }

    /// The records of the journal that match, oldest first.
    pub(crate) fn records(&self, event_code: &str) -> Vec<serde_json::Value> {
        let mut found = Vec::new();
        let folder = self.folder.path().join("audit").join("test").join("seg");
        for segment in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(segment.unwrap().path()).unwrap();
            found.extend(records(&bytes));
        }
        found.retain(|record| record["metadata"]["event_code"] == event_code);
        found.sort_by_key(|record| record["metadata"]["sequence"].as_u64());
        found
    }

    /// The same once there are so many: outcomes and ends are written after the client has its answer.
    pub(crate) fn records_when(&self, event_code: &str, count: usize) -> Vec<serde_json::Value> {
        wait_until(&format!("{count} records {event_code}"), || self.records(event_code).len() >= count);
        self.records(event_code)
    }

    /// The outcome of every statement that was let in, once each has one.
    pub(crate) fn outcomes(&self) -> Vec<serde_json::Value> {
        self.records_when("statement.outcome", self.records("statement.intent").len())
    }
}

impl Gate {
    /// Runs a future on the gate's runtime.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().unwrap().block_on(future)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        self.shared.shutdown.end_now();
        runtime.block_on(self.tasks.wait());
        for pool in self.shared.pools.values() {
            pool.close();
        }
        runtime.shutdown_timeout(Duration::from_secs(10));
    }
}

/// A database of its own that holds the shop.
pub(super) fn new_database(server: &Postgres) -> String {
    let database = Gate::new_database_name();
    server.database(&database);
    server.sql(&database, folder::WAREHOUSE);
    database
}

/// What psql said, errors after the rest.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).trim_end().to_owned()
}

/// The JSON texts in a segment: every frame holds one.
fn records(bytes: &[u8]) -> Vec<serde_json::Value> {
    let mut found = Vec::new();
    let starts = bytes.windows(13).enumerate().filter(|(_, window)| window == b"{\"metadata\":{").map(|(at, _)| at);
    for at in starts {
        let mut values = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<serde_json::Value>();
        found.extend(values.next().and_then(Result::ok));
    }
    found
}

/// The pseudonym keys of a grant, by setting.
fn keys(loaded: &Loaded, grant: &CompiledGrant) -> Vec<(String, Secret<String>)> {
    let Some(master) = &loaded.pseudonym_key else { return Vec::new() };
    let engagement = Engagement { vendor: grant.vendor_name().as_str(), engagement: grant.name().as_str(), epoch: 0 };
    let of_domain = |domain: &String| {
        let [inner, outer] = settings(domain);
        let key = derive(master.reveal(), &engagement, domain);
        [(inner, key.inner), (outer, key.outer)]
    };
    grant.key_domains.iter().flat_map(of_domain).collect()
}

/// Listens, and where.
type Begun = (Arc<Shared>, watch::Sender<Arc<Revision>>, u16);

async fn begin(loaded: &Loaded, tasks: TaskSet, clock: Clock) -> Result<Begun, String> {
    let warehouse = &loaded.server.warehouses[0];
    assert_eq!(warehouse.tls, UpstreamTls::Disable);
    let target = Target {
        warehouse: warehouse.name.clone(),
        host: warehouse.host.clone(),
        port: warehouse.port,
        database: warehouse.database.clone(),
        user: warehouse.user.clone(),
        password: warehouse.password.clone(),
        tls: Tls::Disabled,
    };
    let catalog = match warehouse.backend {
        Backend::Inline => introspect(&target).await.unwrap(),
        Backend::Views => introspect_with_views(&target, &target.user).await.unwrap(),
    };
    let user_functions: Vec<_> = warehouse
        .user_functions
        .iter()
        .map(|(found, at)| {
            let (schema, name, arguments) = (found.schema.clone(), found.name.clone(), found.arguments.clone());
            (UserFunctionName { schema, name, arguments }, at.clone())
        })
        .collect();
    let user_types: Vec<_> =
        warehouse.user_types.iter().map(|(found, at)| ((found.schema.clone(), found.name.clone()), at.clone())).collect();
    let user_text_search: Vec<_> = [
        (TextSearchKind::Configuration, &warehouse.user_configurations),
        (TextSearchKind::Dictionary, &warehouse.user_dictionaries),
    ]
    .into_iter()
    .flat_map(|(kind, list)| list.iter().map(move |(found, at)| (kind, (found.schema.clone(), found.name.clone()), at.clone())))
    .collect();
    let input = CompileInput {
        policy: &loaded.policy,
        contracts: &loaded.contracts,
        revision: &loaded.revision,
        warehouses: &[WarehouseInput {
            name: &warehouse.name,
            catalog: &catalog,
            search_path: &warehouse.search_path,
            user_functions: &user_functions,
            user_types: &user_types,
            user_text_search: &user_text_search,
            views_login: (warehouse.backend == Backend::Views).then_some(warehouse.user.as_str()),
            at: &warehouse.at,
        }],
        statement_timeout: loaded.server.limits.statement_timeout,
        texts: &session_texts(),
        offline: false,
        compiled_before: false,
    };
    let compiled = compile(&input).and_then(CompiledPolicy::whole).map_err(|mistakes| mistakes.to_string())?;
    let open = |(number, grant): (usize, &Arc<_>)| OpenGrant {
        number: number as u64,
        compiled: Arc::clone(grant),
        keys: keys(loaded, grant),
    };
    let grants = compiled.grants.iter().enumerate().map(|pair| (pair.1.name().clone(), Arc::new(open(pair)))).collect();
    let revision = Revision { policy: Arc::new(loaded.policy.clone()), digest: loaded.revision.clone(), grants };
    let (sender, revision) = watch::channel(Arc::new(revision));

    let limits = &loaded.server.limits;
    let pool_limits = PoolLimits {
        max_connections: warehouse.pool.max_connections as usize,
        min_idle: warehouse.pool.min_idle as usize,
        max_idle_time: warehouse.pool.max_idle_time,
        connection_wait: limits.connection_wait,
    };
    let people = loaded.people.iter().map(|entry| Person {
        user: entry.user.clone(),
        name: entry.name.clone(),
        verifier: Verifier::parse(entry.verifier.value.reveal()).unwrap(),
        groups: entry.groups.iter().map(|group| group.value.clone()).collect(),
        valid_until: entry.valid_until,
    });
    let people = Arc::new(People::new(people.collect()));
    let tls = TlsSettings {
        certificate: loaded.server.tls.certificate.clone(),
        key: loaded.server.tls.key.clone(),
        min_version: TlsVersion::V1_2,
        plaintext: Plaintext::LoopbackOnly,
    };
    let mut journal = JournalSettings::new(loaded.server.audit.dir.clone(), "test");
    journal.reserve_bytes = 1024 * 1024;
    let shared = Arc::new(Shared {
        authenticator: Authenticator::new(people, Secret::new([7; 32]), clock.clone()),
        clock: clock.clone(),
        doubt: CatalogDoubt::default(),
        journal: Journal::open(&journal, clock.clone()).unwrap(),
        limits: GateLimits {
            wire: WireLimits {
                statement_bytes: limits.statement_bytes,
                value_bytes: limits.value_bytes,
                parameters: limits.parameters,
            },
            statement: StatementLimits {
                statement_bytes: limits.statement_bytes as usize,
                nesting: limits.nesting as usize,
                parameters: usize::from(limits.parameters),
                value_bytes: limits.value_bytes,
            },
            result_bytes: limits.result_bytes,
            idle_in_transaction: limits.idle_in_transaction,
            login_timeout: limits.login_timeout,
        },
        metrics: Metrics::new().unwrap(),
        plans: PlanCache::new(16 * 1024 * 1024),
        pools: BTreeMap::from([(warehouse.name.clone(), Pool::new(target, pool_limits, clock))]),
        registry: Arc::new(Registry::new(SessionLimits {
            sessions: limits.sessions as usize,
            sessions_per_subject: limits.sessions_per_subject as usize,
        })),
        revision,
        shutdown: Shutdown::new(Duration::from_secs(5)),
        statement_text: StatementText::Parameterised,
        tls: TlsState::load(&tls).unwrap(),
        usage: UsageBook::default(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = listener::serve(listener, Arc::clone(&shared), 10, tasks.clone());
    tasks.spawn("listener", serving);
    Ok((shared, sender, port))
}
