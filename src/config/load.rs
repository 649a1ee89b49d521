//! The folder → everything loaded, checked by itself and against each other, or every mistake of every file.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::base::Secret;
use crate::contract::Contract;
use crate::document::{Diagnostic, Diagnostics, Node, Span, quoted};
use crate::policy::document::{Policy, Surroundings, TlsVersion, cross_check};

use super::files::{self, Source};
use super::people::read_people;
use super::read_server::read_server;
use super::{PersonEntry, Plaintext, SecretRef, ServerConfig};

/// Bytes of the master key of pseudonyms.
const PSEUDONYM_KEY_BYTES: usize = 32;

/// One revision of the whole configuration.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub server: ServerConfig,
    pub people: Vec<PersonEntry>,
    pub policy: Policy,
    pub contracts: Vec<Contract>,
    /// The master key of pseudonyms, 32 bytes; `None` when the policy has no `pseudonyms`.
    pub pseudonym_key: Option<Secret<Vec<u8>>>,
    /// SHA-256 over names and bytes of all files but the secrets', in hexadecimal.
    pub revision: String,
    /// What is valid and worth knowing: promises that nothing watches yet, people without a vendor …
    pub warnings: Vec<Diagnostic>,
    /// The folder that relative paths are taken from.
    pub folder: PathBuf,
}

/// Loads a configuration: `path` is the folder that holds `postern.yaml`, or that file. Blocking.
///
/// # Errors
/// Every mistake of every file.
pub fn load(path: &Path) -> Result<Loaded, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let (main, folder) = files::place(path);
    let Some(postern) = files::read(&main, &mut diagnostics) else { return Err(diagnostics) };
    let named = |key: &str, default: &str| {
        let written = postern.document.as_ref().and_then(|document| document.get(key)?.text());
        folder.join(written.filter(|path| !path.is_empty()).unwrap_or(default))
    };
    let (policy_path, people_path, contracts_path) =
        (named("policy", "policy.yaml"), named("people", "people.yaml"), named("contracts", "contracts"));
    let mut loading = Loading::default();
    let server = postern.document.as_ref().and_then(|document| read_server(document, &folder, &mut diagnostics));
    let warehouses = postern.document.as_ref().and_then(warehouse_names);
    let policy = loading.file(&policy_path, &mut diagnostics, crate::policy::document::read);
    let people = loading.file(&people_path, &mut diagnostics, read_people);
    let contracts = loading.contracts(&contracts_path, &mut diagnostics);
    if let Some(policy) = &policy {
        let around = Surroundings {
            contracts: &contracts,
            contracts_complete: loading.contracts_complete,
            warehouses: warehouses.as_deref(),
        };
        cross_check(policy, around, &mut diagnostics);
        check_memberships(policy, people.as_deref().unwrap_or_default(), &mut diagnostics, &mut loading.warnings);
        check_tls(policy, server.as_ref(), &mut diagnostics, &mut loading.warnings);
    }
    let pseudonym_key = policy.as_ref().and_then(|policy| pseudonym_key(policy, &folder, &mut diagnostics));
    match (server, policy, people) {
        (Some(server), Some(policy), Some(people)) if diagnostics.is_empty() => Ok(Loaded {
            server,
            people,
            policy,
            contracts,
            pseudonym_key,
            revision: revision(std::iter::once(&postern).chain(&loading.sources), &folder),
            warnings: loading.warnings.into_sorted(),
            folder,
        }),
        _ => {
            if diagnostics.is_empty() {
                diagnostics.push(&Span::start_of(main.display().to_string()), "the configuration is incomplete");
            }
            Err(diagnostics)
        }
    }
}

/// What has been read so far.
#[derive(Default)]
struct Loading {
    sources: Vec<Source>,
    contracts_complete: bool,
    warnings: Diagnostics,
}

impl Loading {
    fn file<T>(
        &mut self,
        path: &Path,
        diagnostics: &mut Diagnostics,
        read: impl FnOnce(&Node, &mut Diagnostics) -> T,
    ) -> Option<T> {
        let source = files::read(path, diagnostics)?;
        let value = source.document.as_ref().map(|document| read(document, diagnostics));
        self.sources.push(source);
        value
    }

    fn contracts(&mut self, folder: &Path, diagnostics: &mut Diagnostics) -> Vec<Contract> {
        let mut contracts = Vec::new();
        let paths = files::contracts(folder, diagnostics, &mut self.warnings);
        self.contracts_complete = paths.is_some();
        for path in paths.unwrap_or_default() {
            match self.file(&path, diagnostics, crate::contract::read).flatten() {
                Some(contract) => contracts.push(contract),
                None => self.contracts_complete = false,
            }
        }
        for note in contracts.iter().flat_map(|contract| &contract.unwatched) {
            self.warnings.push(&note.at, note.message.as_str());
        }
        contracts
    }
}

/// The digest does not depend on where the folder is.
fn revision<'s>(sources: impl Iterator<Item = &'s Source>, folder: &Path) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        let name = Path::new(&source.name).strip_prefix(folder).map_or(source.name.clone(), |name| name.display().to_string());
        for part in [name.as_bytes(), &source.bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn warehouse_names(document: &Node) -> Option<Vec<&str>> {
    Some(document.get("warehouses")?.entries().iter().map(|entry| entry.key.as_str()).collect())
}

/// A person works for one vendor: groups of two are a mistake, groups of none are worth a warning.
fn check_memberships(policy: &Policy, people: &[PersonEntry], diagnostics: &mut Diagnostics, warnings: &mut Diagnostics) {
    let Some(provider) = policy.local_provider() else {
        if let Some(first) = people.first() {
            warnings.push(&first.at, "nobody here can log in: the policy has no identity provider of kind local");
        }
        return;
    };
    for person in people {
        let groups: Vec<String> = person.groups.iter().map(|group| group.value.clone()).collect();
        let vendors = policy.vendors_of(provider, &groups);
        let user = quoted(person.user.as_str());
        match vendors.as_slice() {
            [] => warnings.push(&person.at, format!("user {user} is in no vendor's group and can use no grant")),
            [_] => {}
            [first, second, ..] => {
                let (first, second) = (quoted(first.name.as_str()), quoted(second.name.as_str()));
                diagnostics.push(&person.at, format!("user {user} is in groups of two vendors, {first} and {second}"));
            }
        }
    }
}

/// The listener must ask for as much as the guardrails demand. Clear text on loopback is the operator's own switch, and worth a warning.
fn check_tls(policy: &Policy, server: Option<&ServerConfig>, diagnostics: &mut Diagnostics, warnings: &mut Diagnostics) {
    let (Some(required), Some(server)) = (&policy.guardrails.require_tls, server) else { return };
    if server.tls.min_version < required.value {
        let version = if required.value == TlsVersion::V1_3 { "1.3" } else { "1.2" };
        diagnostics.push(
            &server.tls.at,
            format!("tls.min_version is lower than the guardrail require.tls ({version}) at {}", required.at),
        );
    }
    if server.tls.plaintext == Plaintext::LoopbackOnly {
        let message = format!("plaintext: loopback_only lets loopback clients in without the TLS that {} requires", required.at);
        warnings.push(&server.tls.at, message);
    }
}

fn pseudonym_key(policy: &Policy, folder: &Path, diagnostics: &mut Diagnostics) -> Option<Secret<Vec<u8>>> {
    let reference = &policy.pseudonyms.as_ref()?.key;
    let key = match SecretRef::parse(&reference.value, folder)?.read() {
        Ok(text) => hexadecimal(text.reveal()),
        Err(message) => {
            diagnostics.push(&reference.at, message);
            return None;
        }
    };
    if key.is_none() {
        diagnostics.push(&reference.at, format!("the key is not {} hexadecimal digits", 2 * PSEUDONYM_KEY_BYTES));
    }
    key
}

fn hexadecimal(text: &[u8]) -> Option<Secret<Vec<u8>>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(PSEUDONYM_KEY_BYTES);
    for pair in text.chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    (bytes.len() == PSEUDONYM_KEY_BYTES).then(|| Secret::new(bytes))
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
