//! policy.yaml and people.yaml of a scaffold: one vendor of our own, one person, one grant that opens everything that was chosen.

use std::fmt::Write;

use crate::auth::Verifier;
use crate::base::Timestamp;

use super::contract::Contract;
use super::yaml::{list, quoted};

/// How long the grant lasts; also the longest that the default guardrails allow.
const DAYS: u64 = 180;

/// When the grant of a scaffold that is made at `now` begins and ends.
pub(super) fn window(now: Timestamp) -> (Timestamp, Timestamp) {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    let midnight = Timestamp::from_micros(now.micros() - now.micros().rem_euclid(DAY));
    (midnight, midnight.plus(std::time::Duration::from_secs(DAYS * 24 * 60 * 60)))
}

/// The policy file.
pub(super) fn policy(grant: &str, contracts: &[Contract], now: Timestamp) -> String {
    let (starts, ends) = window(now);
    let mut text = format!(
        "\
# Drafted by `postern scaffold`: everything is open and nothing is masked. Before a vendor gets in: name the vendor, its contract and groups,
# list only the columns that the purpose needs, mask what is personal, lower the limits, and add tests.
apiVersion: postern.dev/v1
kind: Policy
metadata: {{name: scaffold}}

identity_providers:
  - {{name: local, kind: local}}

vendors:
  - name: scaffold
    kind: internal
    groups:
      - {{name: readers, idp: [local], match: {{groups: readers}}}}

guardrails:
  deny_tags: []
  statements: [select, show, explain_plan, copy_out]
  max_grant_duration: {DAYS}d
  max_session: 30d
  idle_timeout: 24h
  statement_timeout: 24h
  require: {{mfa: false, tls: \"1.2\"}}
  min_group_size: 2
  functions: {{allow: builtin_safe}}

mask_rules: []
# true hides what nobody has classified: the value to have once the contracts carry classifications.
untagged_columns: {{classification_required: false, otherwise: hidden}}
pseudonyms: {{algorithm: hmac-sha256, scope: engagement, key: \"file:keys/pseudonym.key\"}}

grants:
  - name: {grant}
    vendor: scaffold
    members: [readers]
    engagement:
      ticket: scaffold
      purpose: First look at the warehouse through the gate
      owner: whoever ran postern scaffold
      starts: {starts}
      ends: {ends}
    database: {grant}
    limits:
      rows_per_query: 1000000000000000
      statement_timeout: 24h
      concurrent_statements: 10000
      export: {{copy_out: true, cursor_fetch: true, explain: true}}
    products:
",
        grant = quoted(grant),
    );
    for contract in contracts {
        // Writing to a String does not fail.
        let _written = writeln!(
            text,
            "      - contract: {}\n        version: ^1.0.0\n        role: reader\n        relations:",
            quoted(&contract.id)
        );
        for (relation, columns) in &contract.relations {
            let _written = writeln!(text, "          {}:\n            columns: {}", quoted(relation), list(columns));
        }
    }
    text.push_str("\ntests: []\n");
    text
}

/// people.yaml.
pub(super) fn people(user: &str, verifier: &Verifier) -> String {
    format!(
        "\
# Verifiers are made by `postern password`.
people:
  - user: {user}
    name: {user}
    verifier: {verifier}
    groups: [readers]
",
        user = quoted(user),
        verifier = quoted(&verifier.to_string()),
    )
}
