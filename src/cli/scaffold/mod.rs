//! `postern scaffold`: a live database in, a complete configuration folder out that `serve` runs as it is.
//!
//! | file | what |
//! |---|---|
//! | `selection` | what is exposed, what is left out and why |
//! | `contract` | schemas as ODCS documents |
//! | `policy` | policy.yaml, people.yaml |
//! | `server` | postern.yaml |
//! | `yaml` | any text as a YAML scalar |

mod contract;
mod policy;
mod selection;
mod server;
mod yaml;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, ValueEnum};

use crate::auth::Verifier;
use crate::base::{Secret, WarehouseName, is_printable};
use crate::catalog::Catalog;
use crate::config;
use crate::document::NAME;
use crate::runtime::clock::Clock;
use crate::server::compile_policy;
use crate::upstream::Target;

use super::compiled::read_catalog;
use super::connection::{self, Connection};
use super::files::{make_empty_folder, make_private_folder, write_public, write_secret};
use super::names::{counted, identifier, qualified};
use super::output::{complain, say};
use super::password::first_line;
use super::protection::Protection;
use super::{Format, Outcome, certificate};
use contract::Contract;
use selection::Selection;

/// What is left out is told line by line up to this; the files tell all of it.
const TOLD_LINES: usize = 20;
/// Bytes of randomness in a password that is made here.
const PASSWORD_BYTES: usize = 24;
/// Bytes of the key of pseudonyms.
const PSEUDONYM_KEY_BYTES: usize = 32;

/// Introspects a database and writes a configuration that opens it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern scaffold --warehouse postgres://reader@localhost:5432/shop \\
      --warehouse-password-file reader.secret --schemas sales,crm --grant first-look \\
      --user jane --expose all --out conf
  PGPASSWORD=… postern scaffold --warehouse \"host=db.example user=reader dbname=shop\" \\
      --schemas public --grant first-look --user jane --password-file jane.secret \\
      --expose all --out conf
  postern serve --config conf

The folder holds postern.yaml, policy.yaml, people.yaml, contracts/ (one for each schema), keys/
(a self-signed certificate for localhost, the warehouse's password with mode 0600, the key of
pseudonyms), audit/ and state/. Every table, view and column of the schemas is open and unmasked;
what cannot be served is left out with a comment that says why. It is a beginning: narrow it
before a vendor gets in.

Towards a loopback host TLS is off unless sslmode and sslrootcert ask for it. Any other host is
verified: against sslrootcert, or against the authorities that this system trusts.

Exit codes: 0 written, 1 failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// The database: a libpq URL or "host=… port=… user=… dbname=…"; libpq's PG* variables fill what is left open
    #[arg(long, value_name = "URL")]
    warehouse: String,
    /// Read the warehouse's password from the first line of this file
    #[arg(long, value_name = "FILE")]
    warehouse_password_file: Option<PathBuf>,
    /// Schemas to expose, separated by commas
    #[arg(long, value_name = "A,B", value_delimiter = ',', required = true)]
    schemas: Vec<String>,
    /// Name of the grant, and the database name that clients type
    #[arg(long, value_name = "NAME", value_parser = grant_name)]
    grant: String,
    /// Name of the one person who may log in
    #[arg(long, value_name = "NAME", value_parser = user_name)]
    user: String,
    /// What is opened of the schemas
    #[arg(long, value_enum)]
    expose: Expose,
    /// Folder to write; it must be empty or not there yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Read the person's password from the first line of this file, `-` for standard input; without it one is made and printed once
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Let clients on a loopback address in without TLS
    #[arg(long)]
    plaintext_loopback: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How much of the schemas is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expose {
    /// Every relation and every column, unmasked
    All,
}

fn grant_name(text: &str) -> Result<String, String> {
    if (NAME.accepts)(text) { Ok(text.to_owned()) } else { Err(format!("expected {}", NAME.expected)) }
}

fn user_name(text: &str) -> Result<String, String> {
    let fits = (1..=200).contains(&text.chars().count()) && text.trim() == text && text.chars().all(is_printable);
    if fits { Ok(text.to_owned()) } else { Err("expected 1 to 200 characters without spaces around them".to_owned()) }
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let Expose::All = arguments.expose;
    let mut connection = Connection::parse(&arguments.warehouse, &config::environment).context("--warehouse")?;
    if let Some(path) = &arguments.warehouse_password_file {
        let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        connection.password = Some(first_line(&text));
    }
    let protection = Protection::choose(&connection).context("--warehouse")?;
    let password = person_password(arguments.password_file.as_deref())?;
    let catalog = live_catalog(&connection, &protection)?;
    let selection = select(&catalog, &arguments.schemas)?;
    let contracts: Vec<Contract> = selection
        .schemas
        .iter()
        .zip(1..)
        .flat_map(|(schema, number)| contract::contracts(&catalog, schema, number, &connection))
        .collect();
    ensure!(!contracts.is_empty(), "no relation of these schemas can be served");
    make_empty_folder(&arguments.out)?;
    write_secrets(&arguments.out, &connection, &protection)?;
    write_documents(
        arguments,
        &Drafted {
            connection: &connection,
            protection: &protection,
            catalog: &catalog,
            selection: &selection,
            contracts: &contracts,
            password: &password,
        },
    )?;
    prove(&arguments.out, &catalog)?;
    tell(arguments, &selection, &contracts, &password);
    Ok(Ok(()))
}

/// What was written must load and compile against the catalog that it was made of.
fn prove(out: &Path, catalog: &Catalog) -> Result<(), anyhow::Error> {
    let proven = config::load(out).and_then(|loaded| compile_policy(&loaded, std::slice::from_ref(catalog), false)?.whole());
    proven.map(drop).map_err(|diagnostics| {
        diagnostics.into_sorted().iter().for_each(|diagnostic| complain(&diagnostic.to_string()));
        anyhow::anyhow!("what was written in {} is not valid", out.display())
    })
}

/// The person's password, and whether it was made here.
struct Password {
    clear: Secret<String>,
    made: bool,
}

fn person_password(file: Option<&Path>) -> Result<Password, anyhow::Error> {
    let clear = match file {
        None => {
            let mut bytes = [0_u8; PASSWORD_BYTES];
            getrandom::fill(&mut bytes).context("make a password")?;
            return Ok(Password { clear: Secret::new(URL_SAFE_NO_PAD.encode(bytes)), made: true });
        }
        Some(path) if path.as_os_str() == "-" => {
            first_line(&std::io::read_to_string(std::io::stdin()).context("read standard input")?)
        }
        Some(path) => first_line(&fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?),
    };
    ensure!(!clear.reveal().is_empty(), "the password is empty");
    Ok(Password { clear, made: false })
}

fn live_catalog(connection: &Connection, protection: &Protection) -> Result<Catalog, anyhow::Error> {
    let target = Target {
        warehouse: WarehouseName::new("warehouse"),
        host: connection.host.clone(),
        port: connection.port,
        database: connection.database.clone(),
        user: connection.user.clone(),
        password: connection.password.clone(),
        tls: protection.tls()?,
    };
    let catalog = read_catalog(&target)?;
    if !catalog.hazards.is_empty() {
        catalog.hazards.iter().for_each(|hazard| complain(hazard));
        bail!("this database cannot be served");
    }
    Ok(catalog)
}

fn select<'c>(catalog: &'c Catalog, schemas: &[String]) -> Result<Selection<'c>, anyhow::Error> {
    selection::select(catalog, schemas).map_err(|missing| {
        let near = missing.iter().filter_map(|name| crate::document::suggest(name, catalog.schemas.values().map(String::as_str)));
        let hint = near.map(|near| format!(" (did you mean {near}?)")).next().unwrap_or_default();
        anyhow::anyhow!("no such schema: {}{hint}", missing.join(", "))
    })
}

/// Everything that the documents are made of.
struct Drafted<'a> {
    connection: &'a Connection,
    protection: &'a Protection,
    catalog: &'a Catalog,
    selection: &'a Selection<'a>,
    contracts: &'a [Contract],
    password: &'a Password,
}

fn write_secrets(out: &Path, connection: &Connection, protection: &Protection) -> Result<(), anyhow::Error> {
    let keys = out.join("keys");
    for folder in [&keys, &out.join("audit"), &out.join("state")] {
        make_private_folder(folder)?;
    }
    let own = certificate::self_signed(Clock::system().now())?;
    write_public(&keys.join("server.crt"), &own.certificate)?;
    write_secret(&keys.join("server.key"), own.key.reveal())?;
    if let Some(password) = &connection.password {
        write_secret(&keys.join("warehouse.password"), &format!("{}\n", password.reveal()))?;
    }
    if let Protection::Verified(authorities) = protection {
        write_public(&keys.join("warehouse-ca.crt"), authorities)?;
    }
    let mut key = [0_u8; PSEUDONYM_KEY_BYTES];
    getrandom::fill(&mut key).context("make the key of pseudonyms")?;
    let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    write_secret(&keys.join("pseudonym.key"), &format!("{digits}\n"))
}

fn write_documents(arguments: &Arguments, drafted: &Drafted<'_>) -> Result<(), anyhow::Error> {
    let out = &arguments.out;
    let verifier = Verifier::make(&drafted.password.clear).context("make a salt")?;
    let Drafted { connection, protection, catalog, selection, contracts, password: _ } = drafted;
    let postern = server::postern(connection, protection, selection, catalog, arguments.plaintext_loopback);
    write_public(&out.join("postern.yaml"), &postern)?;
    write_public(&out.join("policy.yaml"), &policy::policy(&arguments.grant, contracts, Clock::system().now()))?;
    write_public(&out.join("people.yaml"), &policy::people(&arguments.user, &verifier))?;
    let folder = out.join("contracts");
    make_empty_folder(&folder)?;
    contracts.iter().try_for_each(|contract| write_public(&folder.join(&contract.file), &contract.text))
}

fn tell(arguments: &Arguments, selection: &Selection<'_>, contracts: &[Contract], password: &Password) {
    let relations: usize = contracts.iter().map(|contract| contract.relations.len()).sum();
    let columns: usize = contracts.iter().flat_map(|contract| &contract.relations).map(|(_, columns)| columns.len()).sum();
    let left_out = left_out(selection);
    let (_, ends) = policy::window(Clock::system().now());
    let out = arguments.out.display().to_string();
    if arguments.format == Format::Json {
        let left_out: Vec<_> =
            left_out.iter().map(|(object, why)| serde_json::json!({ "object": object, "reason": why })).collect();
        let mut result = serde_json::json!({
            "folder": out, "grant": arguments.grant, "user": arguments.user, "contracts": contracts.len(), "relations": relations,
            "columns": columns, "functions": selection.functions.len(), "types": selection.types.len(), "left_out": left_out, "ends": ends,
        });
        if let (true, Some(result)) = (password.made, result.as_object_mut()) {
            result.insert("password".to_owned(), password.clear.reveal().as_str().into());
        }
        return say(&result.to_string());
    }
    say(&format!(
        "wrote {out}: {}, {}, {}, {}, {}; grant {} until {ends}",
        counted(contracts.len(), "contract"),
        counted(relations, "relation"),
        counted(columns, "column"),
        counted(selection.functions.len(), "function"),
        counted(selection.types.len(), "type"),
        arguments.grant,
    ));
    left_out.iter().take(TOLD_LINES).for_each(|(object, why)| say(&format!("left out: {object}: {why}")));
    if left_out.len() > TOLD_LINES {
        say(&format!("left out: {} more, each with a comment in the files", left_out.len() - TOLD_LINES));
    }
    if password.made {
        say(&format!("password of {}, shown this once: {}", arguments.user, password.clear.reveal()));
    }
    say("next:");
    say(&format!("  postern check --config {out}"));
    say(&format!("  postern serve --config {out}"));
    let user = connection::quoted_value(&arguments.user);
    let root = connection::quoted_value(&format!("{out}/keys/server.crt"));
    say(&format!(
        "  psql \"host=localhost port=6432 dbname={} user={user} sslmode=verify-full sslrootcert={root}\"",
        arguments.grant
    ));
}

/// What is left out, with the reason.
fn left_out(selection: &Selection<'_>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for schema in &selection.schemas {
        let name = |relation: &str| qualified(schema.name, relation);
        for (relation, why) in &schema.left_out {
            all.push((format!("{} {}", relation.kind.word(), name(&relation.name)), why.clone()));
        }
        for relation in &schema.relations {
            for (column, why) in &relation.columns {
                let object = || format!("column {}.{}", name(&relation.relation.name), identifier(&column.name));
                all.extend(why.as_ref().map(|why| (object(), why.clone())));
            }
        }
    }
    all.extend(selection.functions_left_out.iter().map(|(signature, why)| (format!("function {signature}"), why.clone())));
    all.extend(selection.types_left_out.iter().map(|(name, why)| (format!("type {name}"), why.clone())));
    all
}
