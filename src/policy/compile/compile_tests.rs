//! Compiling a policy: what is exposed, what is told.

use std::time::Duration;

use super::*;
use crate::base::WarehouseName;
use crate::catalog::extensions::{LiveExtension, LiveOperator};
use crate::catalog::{Catalog, Column, Function, Oid, PgType, RelationSource, TypeKind};
use crate::contract::Contract;
use crate::document::{Span, parse};
use crate::policy::document::read::tests::{MODEL, changed, read_text};

pub(super) const CONTRACT: &str = include_str!("../../../tests/fixtures/contract/orders-analytics.odcs.yaml");

fn contract(text: &str) -> Contract {
    let mut diagnostics = Diagnostics::new();
    let contract = crate::contract::read(&parse("c.yaml", text, &mut diagnostics).unwrap(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics}");
    contract.unwrap()
}

/// The catalog that the contract describes, and what a warehouse has besides.
fn live(contracts: &[Contract]) -> Catalog {
    let mut catalog = offline_catalog(contracts, &WarehouseName::new("production"), &["sales".to_owned(), "ops".to_owned()]);
    let customers = catalog.relations.iter_mut().find(|relation| relation.name == "customers").unwrap();
    customers.columns.push(Column {
        attnum: 20,
        name: "deleted_at".to_owned(),
        type_oid: 1184,
        typmod: -1,
        type_text: "timestamp with time zone".to_owned(),
        not_null: false,
        generated: None,
        collation: None,
    });
    catalog.schemas.insert(90_000, "ops".to_owned());
    let (left, right) = ("text".to_owned(), "text".to_owned());
    catalog.operators.push(LiveOperator { schema: "ops".to_owned(), name: "=".to_owned(), left, right, extension: None });
    let function = |oid, name: &str, arguments: &[&str], volatility, kind| Function {
        oid,
        schema: "sales".to_owned(),
        name: name.to_owned(),
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        defaults: 0,
        variadic: false,
        returns: "numeric".to_owned(),
        returns_set: false,
        out_columns: Vec::new(),
        volatility,
        kind,
        security_definer: false,
        extension: None,
    };
    catalog.functions =
        vec![function(91_000, "rate", &["text", "timestamp with time zone"], 's', 'f'), function(91_001, "run", &[], 'v', 'p')];
    catalog
}

fn texts() -> SessionTexts {
    SessionTexts {
        user: "'ana'".to_owned(),
        databases: "ARRAY['x']".to_owned(),
        backend_pid: "1".to_owned(),
        ..SessionTexts::default()
    }
}

/// What is done to the warehouse.
pub(super) type Change = fn(&mut Catalog);

pub(super) struct Case<'a> {
    pub(super) policy: &'a str,
    pub(super) contract: &'a str,
    /// Another version of the contract.
    pub(super) older: Option<&'a str>,
    pub(super) change: Change,
    pub(super) functions: &'a [(&'a str, &'a [&'a str])],
    /// Schema and name.
    pub(super) types: &'a [(&'a str, &'a str)],
    pub(super) offline: bool,
    pub(super) compiled_before: bool,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            policy: MODEL,
            contract: CONTRACT,
            older: None,
            change: |_| {},
            functions: &[],
            types: &[],
            offline: false,
            compiled_before: false,
        }
    }
}

impl Case<'_> {
    pub(super) fn compile(&self) -> Result<CompiledPolicy, Diagnostics> {
        let (policy, diagnostics) = read_text(self.policy);
        assert!(diagnostics.is_empty(), "{diagnostics}");
        let contracts: Vec<Contract> = std::iter::once(self.contract).chain(self.older).map(contract).collect();
        let name = WarehouseName::new("production");
        let mut catalog = if self.offline { offline_catalog(&contracts, &name, &["sales".to_owned()]) } else { live(&contracts) };
        (self.change)(&mut catalog);
        let at = Span { file: "postern.yaml".into(), line: 9, column: 3 };
        let functions: Vec<_> = self
            .functions
            .iter()
            .map(|(function, arguments)| {
                let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
                (UserFunctionName { schema: "sales".to_owned(), name: (*function).to_owned(), arguments }, at.clone())
            })
            .collect();
        let types: Vec<_> =
            self.types.iter().map(|(schema, name)| (((*schema).to_owned(), (*name).to_owned()), at.clone())).collect();
        let warehouses = [WarehouseInput {
            name: &name,
            catalog: &catalog,
            search_path: &[],
            user_functions: &functions,
            user_types: &types,
            user_text_search: &[],
            views_login: None,
            at: &at,
        }];
        compile(&CompileInput {
            policy: &policy,
            contracts: &contracts,
            revision: "r1",
            warehouses: &warehouses,
            statement_timeout: Duration::from_secs(900),
            texts: &texts(),
            offline: self.offline,
            compiled_before: self.compiled_before,
        })
    }

    pub(super) fn told(&self) -> String {
        self.compile().and_then(CompiledPolicy::whole).unwrap_err().to_string()
    }
}

#[test]
fn a_grant_exposes_the_contract_s_words_over_the_warehouse_s() {
    let compiled = Case { functions: &[("rate", &["text", "timestamptz"])], ..Case::default() }.compile().unwrap();
    assert_eq!(compiled.grants.len(), 2);
    let churn = compiled.grant_for_database("churn-2026q4").unwrap();
    let exposed = &churn.exposed;
    let customers = exposed.relation("sales", "customers").unwrap();
    let columns: Vec<_> = customers
        .columns
        .iter()
        .map(|column| {
            let mask = column.mask.as_ref().map_or("none", |mask| mask.name.as_str());
            (column.name.as_str(), column.physical.as_str(), column.type_text.as_str(), mask)
        })
        .collect();
    assert_eq!(
        columns,
        [
            ("id", "id", "bigint", "pseudonym"),
            ("postcode", "zip", "text", "generalise"),
            ("region", "region", "text", "none"),
            ("attrs", "attrs", "jsonb", "json_keep"),
        ]
    );
    assert!(customers.columns[1].mask.as_ref().unwrap().sql.contains("t.\"zip\""));
    assert!(customers.columns[2].text_like && !customers.columns[0].text_like);
    let RelationSource::Warehouse { schema, name, contract_version, filter, .. } = &customers.source else { panic!() };
    assert_eq!((schema.as_str(), name.as_str(), contract_version.as_str()), ("crm", "customers", "2.1.0"));
    let filter = filter.as_ref().unwrap();
    assert_eq!(filter.written, ["deleted_at IS NULL", "region = 'EMEA'"]);
    assert!(filter.sql.contains("\"deleted_at\"") && filter.sql.contains("'EMEA'"), "{}", filter.sql);
    for hidden in ["ssn", "labels", "zip", "deleted_at"] {
        assert!(customers.hidden_columns.contains(hidden), "{hidden}");
    }
    assert!(!customers.hidden_columns.contains("region"));
    assert_eq!(customers.primary_key, [0]);
    assert!(exposed.hidden_relations.contains(&("crm".to_owned(), "customers".to_owned())));
    assert!(!exposed.hidden_relations.contains(&("sales".to_owned(), "customers".to_owned())));

    assert_eq!(exposed.search_path, ["sales"]);
    assert_eq!(churn.pinned_search_path, ["sales"], "ops holds operators");
    assert_eq!(exposed.functions[0].oid, 91_000);
    assert_eq!(churn.key_domains.iter().collect::<Vec<_>>(), ["customer"]);
    assert_eq!(churn.contracts[0].version.to_string(), "2.1.0");
    assert_eq!(churn.limits.statement_timeout, Duration::from_secs(300));
    assert!(churn.export().copy_out && !churn.export().explain, "the guardrails do not open EXPLAIN");
    assert!(churn.admits("local", &["vendor_acme_analysts".to_owned()]));
    assert!(
        !churn.admits("local", &["vendor_acme_leads".to_owned()]) && !churn.admits("corp", &["vendor_acme_analysts".to_owned()])
    );

    let benchmark = compiled.grant_for_database("benchmark").unwrap();
    assert!(benchmark.exposed.relation("sales", "orders").unwrap().aggregate_only);
    assert!(benchmark.exposed.relation("sales", "customers").is_none());
    assert!(benchmark.exposed.hidden_relations.contains(&("sales".to_owned(), "customers".to_owned())));
}

#[test]
fn a_digest_changes_with_what_plans_depend_on_and_with_nothing_else() {
    let digest = |case: Case<'_>| case.compile().unwrap().grants[0].digest.clone();
    let one = digest(Case::default());
    assert_eq!(one, digest(Case::default()));
    assert_eq!(
        one,
        digest(Case { policy: &changed("security: soc@acme.example", "security: csirt@acme.example"), ..Case::default() })
    );
    assert_ne!(
        one,
        digest(Case {
            policy: &changed("purpose: Weekly churn and cohort analysis", "purpose: Another purpose"),
            ..Case::default()
        }),
        "postern.my_access tells of it"
    );
    assert_ne!(
        one,
        digest(Case {
            policy: &changed("columns: [id, postcode, region, attrs]", "columns: [id, postcode, region]")
                .replace("            masks:\n              attrs: {name: json_keep, keys: [plan]}\n", ""),
            ..Case::default()
        })
    );
    assert_ne!(
        one,
        digest(Case {
            policy: &changed("region = 'EMEA'\"\n            masks", "region = 'APAC'\"\n            masks"),
            ..Case::default()
        })
    );
    assert_ne!(one, digest(Case { change: |catalog| catalog.relations[0].columns[0].attnum = 30, ..Case::default() }));
}

#[test]
fn what_the_warehouse_does_not_keep_is_told_with_its_place() {
    fn retype(catalog: &mut Catalog, name: &str, oid: Oid) {
        let text = catalog.type_text(oid, -1);
        let column = catalog.relations[0].columns.iter_mut().find(|column| column.name == name).unwrap();
        (column.type_oid, column.typmod, column.type_text) = (oid, -1, text);
    }
    fn user_type(oid: Oid, kind: TypeKind) -> PgType {
        PgType {
            oid,
            schema: "crm".to_owned(),
            name: "own".to_owned(),
            kind,
            category: 'U',
            element: None,
            base: None,
            base_typmod: -1,
            subtype: None,
            array: None,
            row_of: None,
            attributes: Vec::new(),
            extension: None,
        }
    }
    let cases: &[(Change, &str)] = &[
        (
            |catalog| catalog.relations[0].name = "customer".to_owned(),
            "c.yaml:21:19: warehouse \"production\" has no relation \"crm.customers\" in schema \"sales\" (did you mean \"customer\"?)",
        ),
        (
            |catalog| catalog.relations[0].columns[1].name = "zipp".to_owned(),
            "c.yaml:38:23: relation \"crm.customers\" of the warehouse has no column \"zip\" (did you mean \"zipp\"?)",
        ),
        (
            |catalog| retype(catalog, "region", 1043),
            "c.yaml:46:23: column \"region\" is text in the contract and character varying in the warehouse",
        ),
        (
            |catalog| {
                catalog.extensions.insert("citext".to_owned(), LiveExtension { schema: "ops".to_owned(), usable: true });
                catalog
                    .types
                    .insert(95_000, PgType { extension: Some("citext".to_owned()), ..user_type(95_000, TypeKind::Base) });
                retype(catalog, "region", 95_000);
            },
            "p.yaml:55:37: column \"region\" cannot be shown: its type crm.own belongs to extension citext, whose schema ops holds another operator that is not classified, =",
        ),
        (
            |catalog| {
                catalog.types.insert(95_000, PgType { row_of: Some(7), ..user_type(95_000, TypeKind::Composite) });
                retype(catalog, "region", 95_000);
            },
            "p.yaml:55:37: column \"region\" cannot be shown: its type crm.own is the row type of a relation, which shows the columns of that relation",
        ),
        (
            |catalog| {
                let inner = PgType { attributes: vec![("hidden".to_owned(), 2205)], ..user_type(95_000, TypeKind::Composite) };
                catalog.types.insert(95_000, inner);
                retype(catalog, "region", 95_000);
            },
            "p.yaml:55:37: column \"region\" cannot be shown: values of type regclass can tell what is hidden",
        ),
        (
            |catalog| {
                catalog.types.insert(95_000, user_type(95_000, TypeKind::Base));
                retype(catalog, "region", 95_000);
            },
            "p.yaml:55:37: column \"region\" cannot be shown: its type crm.own is a user's own base type, whose operators are not classified",
        ),
        (
            |catalog| retype(catalog, "attrs", 114),
            "p.yaml:58:15: column \"attrs\": mask \"json_keep\" does not accept json: it accepts jsonb",
        ),
        (
            |catalog| retype(catalog, "zip", 23),
            "p.yaml:55:27: column \"postcode\": mask \"generalise\" does not accept integer: it accepts text, varchar, char, name",
        ),
        (
            |catalog| catalog.hazards.push("The cast from text to boolean is a user's.".to_owned()),
            "postern.yaml:9:3: warehouse \"production\" cannot be served: The cast from text to boolean is a user's.",
        ),
        (
            |catalog| {
                catalog.relations[0].columns.retain(|column| column.name != "deleted_at");
            },
            "c.yaml:25:45: row filter at character 1: column \"deleted_at\" does not exist",
        ),
    ];
    let mut failures = Vec::new();
    for (change, expected) in cases {
        let told = Case { change: *change, ..Case::default() }.told();
        failures.extend((!told.lines().any(|line| line == *expected)).then(|| format!("expected {expected}\ntold {told}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn what_the_policy_gets_wrong_is_told_with_its_place() {
    let grown = changed("attrs: {name: json_keep, keys: [plan]}", "attrs: {name: json_keep, keys: [plan, ssn]}");
    assert_eq!(
        Case { policy: &grown, ..Case::default() }.told(),
        "p.yaml:58:15: column \"attrs\": json_keep shows the key \"ssn\", which the contract's minimum does not"
    );
    let unmasked = changed("attrs: {name: json_keep, keys: [plan]}", "attrs: {name: none}");
    assert!(Case { policy: &unmasked, ..Case::default() }.told().contains("weaker than the contract's minimum"));
    let misspelt = changed("attrs: {name: json_keep, keys: [plan]}", "attrs: {name: json_keep, kyes: [plan]}");
    assert_eq!(
        Case { policy: &misspelt, ..Case::default() }.told(),
        "p.yaml:58:15: column \"attrs\": mask \"json_keep\" needs the parameter \"keys\"\n\
         p.yaml:58:15: column \"attrs\": unknown parameter \"kyes\" of mask \"json_keep\" (did you mean \"keys\"?)"
    );
    let filter = changed("\"region = 'EMEA'\"\n            masks", "\"regoin = 'EMEA'\"\n            masks");
    assert!(
        Case { policy: &filter, ..Case::default() }
            .told()
            .starts_with("p.yaml:56:25: row filter at character 1: column \"regoin\" does not exist")
    );
    let reference = changed("reference: [crm.customers]", "reference: [crm.costumers]");
    assert!(
        Case { policy: &reference, ..Case::default() }
            .told()
            .contains("the warehouse has no relation \"crm.costumers\" (did you mean \"crm.customers\"?)")
    );
    let keyless = changed("pseudonyms: {algorithm: hmac-sha256, scope: engagement, key: file:keys/pseudonym.key}\n", "");
    assert!(
        Case { policy: &keyless, ..Case::default() }
            .told()
            .contains("column \"id\": its mask needs a key for \"customer\", and the policy has no pseudonyms")
    );
}

#[test]
fn functions_are_found_by_signature() {
    let told = |functions: &[(&str, &[&str])]| Case { functions, ..Case::default() }.told();
    assert_eq!(
        told(&[("rat", &["text"])]),
        "postern.yaml:9:3: warehouse \"production\" has no function \"sales.rat\" (did you mean \"sales.rate\"?)"
    );
    assert_eq!(
        told(&[("rate", &["text"])]),
        "postern.yaml:9:3: function \"sales.rate\" takes (text, timestamp with time zone), not (text)"
    );
    assert_eq!(told(&[("run", &[])]), "postern.yaml:9:3: function \"sales.run\" cannot be allowed: it is a procedure");
}

#[test]
fn types_are_found_by_schema_and_name() {
    fn made(oid: Oid, name: &str, kind: TypeKind) -> PgType {
        let (schema, name) = ("sales".to_owned(), name.to_owned());
        let (element, base, subtype, array, row_of, extension) = (None, None, None, None, None, None);
        let attributes = Vec::new();
        PgType {
            oid,
            schema,
            name,
            kind,
            category: 'U',
            element,
            base,
            base_typmod: -1,
            subtype,
            array,
            row_of,
            attributes,
            extension,
        }
    }
    let change: Change = |catalog| {
        for found in [
            made(95_000, "mood", TypeKind::Enum),
            PgType { base: Some(95_000), ..made(95_001, "good_mood", TypeKind::Domain) },
            PgType { row_of: Some(7), ..made(95_002, "customer_row", TypeKind::Composite) },
            PgType { base: Some(2205), ..made(95_003, "class", TypeKind::Domain) },
            PgType {
                attributes: vec![("id".to_owned(), 23), ("is".to_owned(), 95_001)],
                ..made(95_004, "pair", TypeKind::Composite)
            },
            made(95_005, "shell", TypeKind::Base),
            made(95_006, "thing", TypeKind::Pseudo),
        ] {
            catalog.types.insert(found.oid, found);
        }
    };
    let compiled = Case { types: &[("sales", "pair")], change, ..Case::default() }.compile().unwrap();
    let names: Vec<String> =
        compiled.grant_for_database("churn-2026q4").unwrap().exposed.types.keys().map(|(_, name)| name.clone()).collect();
    assert_eq!(names, ["good_mood", "mood", "pair"], "itself and what it is made of");
    let told = |name: &str| Case { types: &[("sales", name)], change, ..Case::default() }.told();
    for (name, expected) in [
        ("moo", "warehouse \"production\" has no type \"sales.moo\" (did you mean \"sales.mood\"?)"),
        (
            "customer_row",
            "type \"sales.customer_row\" cannot be named: its type sales.customer_row is the row type of a relation, which shows the columns of that relation",
        ),
        ("class", "type \"sales.class\" cannot be named: values of type regclass can tell what is hidden"),
        (
            "shell",
            "type \"sales.shell\" cannot be named: its type sales.shell is a user's own base type, whose operators are not classified",
        ),
        ("thing", "type \"sales.thing\" cannot be named: it is no type of values"),
    ] {
        assert_eq!(told(name), format!("postern.yaml:9:3: {expected}"));
    }
}

#[test]
fn a_policy_compiles_without_a_warehouse() {
    let compiled = Case { offline: true, ..Case::default() }.compile().unwrap();
    let customers = compiled.grants[0].exposed.relation("sales", "customers").unwrap();
    // deleted_at is in no contract: the filter is kept as it is written.
    assert_eq!(customers.filter().unwrap().written, ["deleted_at IS NULL", "region = 'EMEA'"]);
    let broken = changed("\"region = 'EMEA'\"\n            masks", "\"region = = 'EMEA'\"\n            masks");
    assert!(Case { policy: &broken, offline: true, ..Case::default() }.told().starts_with("p.yaml:56:25: row filter"));
    let own = CONTRACT.replace("physicalType: \"text[]\"", "physicalType: \"crm.label[]\"");
    let listed = changed("columns: [id, postcode, region, attrs]", "columns: [id, postcode, region, attrs, labels]");
    let compiled = Case { policy: &listed, contract: &own, offline: true, ..Case::default() }.compile().unwrap();
    let exposed = &compiled.grants[0].exposed;
    assert_eq!(exposed.relation("sales", "customers").unwrap().column("labels").unwrap().type_text, "crm.label[]");
    assert!(exposed.types.contains_key(&("crm".to_owned(), "label".to_owned())));
}

#[test]
fn what_is_worth_knowing_is_a_warning() {
    let promised = CONTRACT.replace(
        "name: region\n        logicalType: string\n        physicalType: text\n",
        "name: region\n        logicalType: string\n        physicalType: text\n        required: true\n",
    );
    let change: Change = |catalog| catalog.relations[0].columns.iter_mut().for_each(|column| column.not_null = false);
    let warnings = Case { contract: &promised, change, ..Case::default() }.compile().unwrap().warnings;
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(
        warnings.iter().any(|warning| warning
            .ends_with("the contract promises that column \"region\" is never NULL, and the warehouse does not ensure it")),
        "{warnings:?}"
    );
    let failing = changed("\"region = 'EMEA'\"\n            masks", "\"(attrs->>'k')::int <> 3\"\n            masks");
    let warnings = Case { policy: &failing, ..Case::default() }.compile().unwrap().warnings;
    assert!(
        warnings
            .iter()
            .any(|warning| warning.to_string().starts_with("p.yaml:56:25: the row filter of relation \"customers\" can fail")),
        "{warnings:?}"
    );
}

#[test]
fn a_grant_whose_contract_is_not_in_force_all_its_time_is_a_warning() {
    let said = |status: &str| {
        let contract = CONTRACT.replace("status: active", status);
        let warnings = Case { contract: &contract, ..Case::default() }.compile().unwrap().warnings;
        warnings.iter().map(|warning| warning.message.clone()).filter(|message| message.contains("2.1.0")).collect::<Vec<_>>()
    };
    assert!(said("status: active").is_empty());
    let retired = said("status: retired");
    assert_eq!(
        retired.first().unwrap(),
        "contract \"orders-analytics\" 2.1.0 is retired: nobody can use database \"churn-2026q4\""
    );
    let contract = CONTRACT.replace("endOfLife, value: 2027-09-30", "endOfLife, value: 2026-12-01");
    let warnings = Case { contract: &contract, ..Case::default() }.compile().unwrap().warnings;
    assert_eq!(
        warnings.first().unwrap().message,
        "the grant outlives contract \"orders-analytics\" 2.1.0: database \"churn-2026q4\" closes at 2026-12-01T00:00:00.000Z"
    );
}
