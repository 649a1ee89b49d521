//! The texts of policies and contracts, as far as they are the same in every test.

/// A policy with one vendor and its grant `analysis`. `mask_rules`: a list. `products`: the lines of the grant's products.
pub(crate) fn policy(mask_rules: &str, products: &str, rows_per_query: u64) -> String {
    let products = products.trim_end();
    format!(
        "
apiVersion: postern.dev/v1
kind: Policy
metadata: {{name: shop, revision: 1}}
identity_providers:
  - {{name: local, kind: local}}
vendors:
  - name: acme
    legal_entity: Acme Analytics GmbH
    contract: {{id: MSA-1, dpa_signed: true, ends: 2099-12-31}}
    contacts: {{security: soc@acme.example, owner: owner@shop.example}}
    groups:
      - {{name: analysts, idp: [local], match: {{groups: acme_analysts}}}}
guardrails:
  statements: [select, show, explain_plan, copy_out]
  max_grant_duration: 3660d
  max_session: 12h
  idle_timeout: 30m
  statement_timeout: 1m
  min_group_size: 10
  functions: {{allow: builtin_safe}}
mask_rules: {mask_rules}
untagged_columns: {{classification_required: true, otherwise: hidden}}
pseudonyms: {{algorithm: hmac-sha256, scope: engagement, key: file:pseudonym.key}}
grants:
  - name: analysis
    vendor: acme
    members: [analysts]
    engagement: {{ticket: DATA-1, purpose: Tests of the gate, owner: owner@shop.example, starts: 2025-01-01T00:00:00Z, ends: 2034-12-31T00:00:00Z}}
    database: analysis
    products:
{products}
    limits:
      rows_per_query: {rows_per_query}
      concurrent_statements: 4
      export: {{copy_out: true, cursor_fetch: true, explain: true}}
"
    )
}

/// A contract over one schema of the warehouse. `relations`: the lines of its `schema`.
pub(crate) fn contract(id: &str, schema: &str, relations: &str) -> String {
    format!(
        "apiVersion: v3.1.0
kind: DataContract
id: {id}
name: {id}
version: 1.0.0
status: active
servers:
  - {{id: shop, server: shop, type: postgres, host: 127.0.0.1, port: 5432, database: shop, schema: {schema}}}
roles:
  - {{role: analyst, access: read}}
schema:
{relations}"
    )
}
