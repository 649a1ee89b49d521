//! Statements through the whole of enforcement, over a small hand-made exposed catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check::Checked;
use super::{Action, Context, DenialCode, Export, Plan, Refusal, StatementLimits, enforce, parse_message};
use crate::analyze::{Names, analyze};
use crate::base::{ContractId, WarehouseName};
use crate::catalog::system::SystemContext;
use crate::catalog::{
    AppliedMask, ExposedCatalog, ExposedColumn, ExposedRelation, RelationKind, RelationSource, RowFilter, StandIn, TypeKind,
};
use crate::parse::print_query;
use crate::parse::syntax::Statement;
use crate::rewrite::Bound;

fn column(name: &str, attnum: i16, type_text: &str, mask: Option<&str>) -> ExposedColumn {
    let applied = |sql: &str| AppliedMask { name: "hash".into(), sql: sql.into(), total: true, constant: false };
    ExposedColumn {
        name: name.into(),
        physical: name.into(),
        attnum,
        type_oid: 25,
        typmod: -1,
        type_text: type_text.into(),
        type_kind: TypeKind::Base,
        made: None,
        text_like: type_text == "text",
        collation: None,
        generated: None,
        mask: mask.map(applied),
    }
}

fn relation(schema: &str, name: &str, oid: u32, columns: Vec<ExposedColumn>, filter: Option<&str>) -> ExposedRelation {
    let filter = filter.map(|sql| RowFilter {
        sql: sql.into(),
        written: vec![sql.into()],
        total: true,
        has_subselect: false,
        reads_computed: false,
        reads: Vec::new(),
        functions: Vec::new(),
    });
    ExposedRelation {
        schema: schema.into(),
        name: name.into(),
        source: RelationSource::Warehouse {
            oid,
            schema: schema.into(),
            name: name.into(),
            kind: RelationKind::Table,
            contract: ContractId::new("c"),
            contract_version: "1.0.0".into(),
            filter,
        },
        columns,
        broken_columns: Vec::new(),
        primary_key: vec![0],
        aggregate_only: false,
        hidden_columns: BTreeSet::from(["ssn".to_owned()]),
        stand_in: None,
    }
}

fn catalog() -> ExposedCatalog {
    let customers = vec![
        column("id", 1, "bigint", None),
        column("email", 2, "text", Some("pg_catalog.md5(t.\"email\")")),
        column("region", 4, "text", None),
    ];
    let orders = vec![
        column("id", 1, "bigint", None),
        column("customer_id", 2, "bigint", None),
        column("amount", 3, "numeric(12,2)", None),
    ];
    let web = vec![column("id", 1, "bigint", None), column("nick", 2, "text", None)];
    let all = [
        relation("crm", "customers", 16400, customers, Some("(t.\"region\" = 'EMEA')")),
        relation("sales", "orders", 16410, orders, None),
        relation("web", "customers", 16420, web, None),
    ];
    ExposedCatalog {
        warehouse: WarehouseName::new("w"),
        database: "bed".into(),
        server_version: 150_000,
        search_path: vec!["crm".into(), "sales".into()],
        search_path_setting: Vec::new(),
        relations: all
            .into_iter()
            .map(|relation| ((relation.schema.clone(), relation.name.clone()), Arc::new(relation)))
            .collect(),
        broken_relations: BTreeMap::new(),
        functions: Vec::new(),
        extensions: Arc::default(),
        parts: BTreeMap::new(),
        text_search: Vec::new(),
        types: BTreeMap::new(),
        made: BTreeMap::new(),
        schemas: BTreeMap::new(),
        hidden_relations: BTreeSet::from([("crm".to_owned(), "secrets".to_owned())]),
        system: Arc::new(SystemContext {
            user: "pg_catalog.current_setting('postern.subject')".into(),
            database: "bed".into(),
            ..SystemContext::default()
        }),
    }
}

const LIMITS: StatementLimits =
    StatementLimits { statement_bytes: 262_144, nesting: 200, parameters: 1000, value_bytes: 1 << 26 };

fn judge(sql: &str) -> Result<Plan, Refusal> {
    let exposed = catalog();
    let export = Export { copy_out: true, cursor_fetch: true, explain: true };
    let context = Context { exposed: &exposed, search_path: &exposed.search_path, limits: &LIMITS, export, parameter_types: &[] };
    let parsed = parse_message(sql, &LIMITS)?;
    let [statement] = parsed.as_slice() else { panic!("one statement: {sql}") };
    enforce(statement, &context)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "other actions are printed as they are")]
fn sent(sql: &str) -> String {
    match judge(sql).unwrap_or_else(|refusal| panic!("{sql}: {refusal:?}")).action {
        Action::Query(rewritten) | Action::Copy(rewritten) | Action::Explain { style: _, rewritten } => {
            rewritten.sql().to_string()
        }
        Action::Declare { name: _, options: _, rewritten } | Action::Prepare { name: _, types: _, rewritten } => {
            rewritten.sql().to_string()
        }
        action => format!("{action:?}"),
    }
}

#[test]
fn a_relation_becomes_its_masked_filtered_fenced_sub_select() {
    assert_eq!(
        sent("select email from customers c where c.id = 7"),
        "SELECT \"email\" FROM (SELECT t.\"id\" AS \"id\", pg_catalog.md5(t.\"email\") AS \"email\", \
         CAST(CASE WHEN (t.\"region\" = 'EMEA') THEN t.\"region\" END AS text) AS \"region\" FROM \"crm\".\"customers\" AS t \
         WHERE (t.\"region\" = 'EMEA') OFFSET 0) AS \"c\" WHERE (\"c\".\"id\" OPERATOR(pg_catalog.=) 7)"
    );
}

#[test]
fn ordinary_statements_are_accepted() {
    for sql in [
        "select * from customers",
        "select c.*, o.amount from customers c join orders o on o.customer_id = c.id order by 1, amount desc limit 10",
        "select region, count(*), sum(o.amount) filter (where o.amount > 0) from customers join orders o on customer_id = customers.id group by region having count(*) > 1",
        "with x as (select id from customers) select * from x union all select id from orders",
        "with recursive r(n) as (select 1 union all select n + 1 from r where n < 10) select * from r",
        "select row_number() over (partition by region order by id) from customers",
        "select crm.customers.id, web.customers.nick from crm.customers, web.customers",
        "select c from customers c",
        "select (c).email from customers c",
        "select email(c) from customers c",
        "select row_to_json(c) from customers c",
        "select current_user, current_date, now(), current_database()",
        "select * from generate_series(1, 3) g(n), lateral (select n * 2 as m) s",
        "select key, value from jsonb_each('{\"a\": 1}'::jsonb)",
        "select x::numeric(10,2), 'a' || $1 from (values (1), (2)) v(x)",
        "table orders",
        "select o.id, amount, count(*) from orders o join customers k on k.id = o.customer_id group by o.id order by amount",
        "select c.*, count(*) from customers c group by c.id having max(region) > ''",
        "select id from orders where amount in (1, 2) and id not in (select id from customers) and exists (select 1 from customers k where k.id = orders.customer_id)",
        "select case when id > 1 then 'a' else 'b' end from orders",
        "select extract(year from now()), substring('abc' from 2), trim(both 'x' from 'xax'), position('a' in 'ba'), coalesce(null, 1)",
        "explain select * from customers",
        "explain (verbose, costs off) select * from customers",
        "declare c cursor for select * from customers",
        "declare c no scroll cursor with hold for select * from customers",
        "prepare p(int) as select * from customers where id = $1",
        "copy customers to stdout",
        "copy crm.customers (id, email) to stdout with (format csv)",
        "copy (select * from customers) to stdout with (format csv, header)",
        "begin isolation level repeatable read",
        "set search_path to crm, public",
        "show timezone",
        "execute p(1 + 1)",
        "select 'orders'::regclass::oid",
        "select - 5, -5 ^ 2, 1 - -1",
    ] {
        let text = sent(sql);
        assert!(!text.contains("ssn"), "{sql}: {text}");
    }
}

#[test]
fn hidden_and_missing_read_the_same_and_are_told_apart_in_the_record() {
    for (sql, state, message, code) in [
        ("select ssn from customers", "42703", "column \"ssn\" does not exist", DenialCode::ColumnHidden),
        ("select nope from customers", "42703", "column \"nope\" does not exist", DenialCode::ColumnMissing),
        ("select c.ssn from customers c", "42703", "column c.ssn does not exist", DenialCode::ColumnHidden),
        ("select * from crm.secrets", "42P01", "relation \"crm.secrets\" does not exist", DenialCode::RelationNotGranted),
        ("select * from crm.nope", "42P01", "relation \"crm.nope\" does not exist", DenialCode::RelationMissing),
        ("select pg_sleep(1)", "42501", "function pg_sleep is not available here", DenialCode::FunctionNotAllowed),
        ("select nope(1)", "42883", "function nope does not exist", DenialCode::FunctionNotAllowed),
        ("select 1::crm.customers", "42704", "type \"crm.customers\" does not exist", DenialCode::TypeNotAllowed),
        ("select 'crm.secrets'::regclass", "42P01", "relation \"crm.secrets\" does not exist", DenialCode::RelationMissing),
    ] {
        let refusal = judge(sql).map(|plan| panic!("{sql}: {plan:?}")).unwrap_err();
        assert_eq!((refusal.error.sqlstate.as_str(), refusal.error.message.as_ref()), (state, message), "{sql}");
        assert_eq!(refusal.code, code, "{sql}");
    }
}

#[test]
fn the_second_parser_refuses_whatever_is_not_the_plans_own_text() {
    let exposed = catalog();
    let names = Names { exposed: &exposed, search_path: &exposed.search_path, parameter_types: &[], value_bytes: None, depth: 0 };
    let parsed = parse_message("select email, lower(region) from customers where id = 7", &LIMITS).unwrap().remove(0);
    let Statement::Query(query) = &parsed.inner.statement else { panic!("a query") };
    let analyzed = analyze(query, names).unwrap();
    let judge = |change: &dyn Fn(&str) -> String| {
        let style = Bound::new(analyzed.bindings(), &exposed.system);
        let sql = print_query(query, &style);
        Checked::of(&parsed, &analyzed, style.into_parts())?.hold(&change(&sql), parsed.text()).map(drop)
    };
    judge(&str::to_owned).unwrap();
    for (from, to) in [
        ("pg_catalog.md5(t.\"email\") AS", "t.\"email\" AS"),
        (" WHERE (t.\"region\" = 'EMEA') OFFSET 0", " OFFSET 0"),
        (" OFFSET 0", ""),
        ("\"crm\".\"customers\"", "\"crm\".\"secrets\""),
        ("pg_catalog.\"lower\"", "pg_catalog.\"upper\""),
        ("pg_catalog.\"lower\"", "\"crm\".\"lower\""),
        ("OPERATOR(pg_catalog.=) 7", "OPERATOR(pg_catalog.=) 8"),
        ("SELECT \"email\"", "SELECT \"ssn\""),
        ("OPERATOR(pg_catalog.=) 7)", "OPERATOR(pg_catalog.=) 7); SELECT 1"),
    ] {
        let refusal = judge(&|sql| {
            assert!(sql.contains(from), "{from} in {sql}");
            sql.replacen(from, to, 1)
        })
        .expect_err(to);
        assert_eq!(refusal.code, DenialCode::Witness, "{to}");
    }
}

/// Whatever prints a relation: where views stand for it, no text that reads it in another way is sent, though the plan itself should say so.
#[test]
fn a_relation_with_a_view_is_read_through_its_view_alone() {
    let mut exposed = catalog();
    for (name, stand_in) in [("customers", "crm.customers/01"), ("orders", "sales.orders/02")] {
        let key = exposed.relations.keys().find(|key| key.1 == name && key.0 != "web").unwrap().clone();
        let stand_in = StandIn { schema: "postern/g".into(), name: stand_in.into(), only: Some(format!("{stand_in}/only")) };
        Arc::make_mut(exposed.relations.get_mut(&key).unwrap()).stand_in = Some(stand_in);
    }
    let names = Names { exposed: &exposed, search_path: &exposed.search_path, parameter_types: &[], value_bytes: None, depth: 0 };
    let parsed = parse_message("select email from customers where id = 7", &LIMITS).unwrap().remove(0);
    let Statement::Query(query) = &parsed.inner.statement else { panic!("a query") };
    let analyzed = analyze(query, names).unwrap();
    let judge = |from: &str, to: &str| {
        let style = Bound::new(analyzed.bindings(), &exposed.system);
        let sql = print_query(query, &style);
        let mut parts = style.into_parts();
        assert!(parts.relations[0].query.contains(from), "{from} in {}", parts.relations[0].query);
        parts.relations[0].query = parts.relations[0].query.replacen(from, to, 1);
        Checked::of(&parsed, &analyzed, parts)?.hold(&sql.replacen(from, to, 1), parsed.text()).map(drop)
    };
    let view = "\"postern/g\".\"crm.customers/01\" AS t";
    judge(view, view).unwrap();
    judge(view, "\"postern/g\".\"crm.customers/01/only\" AS t").unwrap();
    for to in [
        "\"crm\".\"customers\" AS t",
        "\"postern/g\".\"sales.orders/02\" AS t",
        "\"postern/h\".\"crm.customers/01\" AS t",
        "\"postern/g\".\"crm.customers/01\" AS t, \"crm\".\"customers\" AS u",
        "\"postern/g\".\"crm.customers/01\" AS t WHERE (EXISTS (SELECT 1 FROM \"crm\".\"customers\" AS u))",
        "(SELECT u.* FROM \"crm\".\"customers\" AS u) AS t",
    ] {
        let refusal = judge(view, to).expect_err(to);
        assert_eq!(refusal.code, DenialCode::Witness, "{to}");
    }
}

#[test]
fn the_second_parser_refuses_a_statement_that_the_client_did_not_write() {
    for (read, said) in
        [("select 1", "select 2"), ("select id from customers", "select id from orders"), ("fetch 1 from c", "fetch 2 from c")]
    {
        let mut parsed = parse_message(read, &LIMITS).unwrap().remove(0);
        parsed.text = said.into();
        let exposed = catalog();
        let export = Export { copy_out: true, cursor_fetch: true, explain: true };
        let context =
            Context { exposed: &exposed, search_path: &exposed.search_path, limits: &LIMITS, export, parameter_types: &[] };
        let refusal = enforce(&parsed, &context).expect_err(said);
        assert_eq!(refusal.code, DenialCode::Witness, "{said}");
        assert!(refusal.rule_path.iter().any(|rule| rule.starts_with("witness:printout")), "{said}: {:?}", refusal.rule_path);
    }
}

#[test]
fn a_syntax_error_quotes_no_constant_in_the_record() {
    for (sql, told, recorded) in [
        ("SELECT 1 'secret'", "syntax error at or near \"'secret'\"", "syntax error"),
        ("SELECT 'secret", "unterminated quoted string at or near \"'secret\"", "unterminated quoted string"),
        ("SELECT 1 4711", "syntax error at or near \"4711\"", "syntax error"),
        ("SELECT 1 E'secret'", "syntax error at or near \"E'secret'\"", "syntax error"),
        ("SELECT $$secret", "unterminated dollar-quoted string at or near \"$$secret\"", "unterminated dollar-quoted string"),
        ("SELECT /* secret", "unterminated /* comment at or near \"/* secret\"", "unterminated /* comment"),
        ("SELECT FROM WHERE", "syntax error at or near \"WHERE\"", "syntax error at or near \"WHERE\""),
        (
            "SELECT 'secret' BETWEEN '0' AND '1' BETWEEN '0' AND '1'",
            "syntax error at or near \"BETWEEN\"",
            "syntax error at or near \"BETWEEN\"",
        ),
    ] {
        let refusal = judge(sql).unwrap_err();
        assert_eq!((&*refusal.error.message, refusal.recorded_message()), (told, recorded), "{sql}");
        assert_eq!((refusal.code, refusal.disagreement), (DenialCode::Syntax, None), "{sql}");
    }
}

/// Slots that name a type; `T` stands for it.
const TYPE_SLOTS: &[&str] = &[
    "SELECT CAST(NULL AS T)",
    "SELECT NULL::T",
    "SELECT $1::T",
    "SELECT (NULL::T)::text",
    "SELECT '{}'::T[]",
    "SELECT NULL::T[][]",
    "SELECT ARRAY[NULL]::T[]",
    "SELECT CAST(NULL AS T ARRAY)",
    "SELECT pg_catalog.T 'x'",
    "SELECT NULL::pg_catalog.T",
    "SELECT id FROM customers WHERE id IS NOT NULL AND NULL::T IS NULL",
    "SELECT id FROM customers ORDER BY NULL::T",
    "SELECT id FROM customers LIMIT (NULL::T)::text::bigint",
    "SELECT count(*) FILTER (WHERE NULL::T IS NULL) FROM customers",
    "SELECT CASE WHEN true THEN NULL::T END",
    "SELECT 1 IN (SELECT 1 WHERE NULL::T IS NULL)",
    "SELECT * FROM json_to_record('{}') AS r (a T)",
    "SELECT * FROM json_to_recordset('[]') AS r (a int, b T)",
    "SELECT * FROM json_to_recordset('[]') AS r (a T[])",
    "SELECT * FROM jsonb_to_record('{}') AS r (a pg_catalog.T)",
    "SELECT * FROM ROWS FROM (json_to_record('{}') AS (a T)) AS r",
    "PREPARE p (T) AS SELECT $1",
    "PREPARE p (int, T[]) AS SELECT $2",
    "EXECUTE p (NULL::T)",
    "DECLARE c CURSOR FOR SELECT NULL::T",
    "COPY (SELECT NULL::T) TO STDOUT",
    "EXPLAIN SELECT NULL::T",
    "WITH w AS (SELECT NULL::T AS a) SELECT count(*) FROM w",
    "VALUES (NULL::T)",
    "SELECT * FROM CAST(NULL AS T) AS f",
];

/// Slots of syntax that the grammar here may not take at all: never with such a type.
const TYPE_SLOTS_OF_OTHERS: &[&str] = &[
    "SELECT JSON_VALUE('{}', '$' RETURNING T)",
    "SELECT JSON_QUERY('{}', '$' RETURNING T)",
    "SELECT JSON_OBJECT('a': 1 RETURNING T)",
    "SELECT JSON_ARRAYAGG(id RETURNING T) FROM customers",
    "SELECT JSON_SERIALIZE('{}' RETURNING T)",
    "SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a T PATH '$.a')) AS j",
    "SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS a T PATH 'b') AS x",
    "SELECT XMLSERIALIZE(CONTENT '<a/>' AS T)",
    "SELECT 1 IS OF (T)",
];

/// The slot with that type, quoted: `T` as a word of its own.
fn with_type(slot: &str, name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut parts = slot.split('T');
    let mut sql = parts.next().unwrap().to_owned();
    for part in parts {
        match sql.ends_with(word) || part.starts_with(word) {
            true => sql.push('T'),
            false => sql.push_str(&format!("\"{name}\"")),
        }
        sql.push_str(part);
    }
    sql
}

#[test]
fn every_slot_that_names_a_type_has_one_allow_list() {
    for slot in TYPE_SLOTS {
        let sql = with_type(slot, "text");
        assert!(judge(&sql).is_ok(), "{sql}: {:?}", judge(&sql).err());
    }
    let denied = crate::catalog::types::all().filter(|found| !found.nameable && found.element.is_none());
    let names: Vec<&str> = denied.map(|found| found.name).collect();
    assert_eq!(names.len(), 44, "{names:?}");
    for name in names {
        // A cast to a registry type, or of a list to a list of them, is a look-up among what is exposed; rows and NULL are cast to record. None is an element of
        // anything else, a column of a list or the type of a parameter.
        let is_registry = name.starts_with("reg");
        let served = is_registry || name == "record";
        let lists = ["SELECT '{}'::T[]", "SELECT ARRAY[NULL]::T[]"];
        let closed = |slot: &&&str| {
            let is_closed = ["T ARRAY", "T[", "(a ", "b T", "(T)", "int, T"].iter().any(|part| slot.contains(part));
            !served || is_closed && !(is_registry && lists.contains(slot))
        };
        for sql in TYPE_SLOTS.iter().filter(closed).chain(TYPE_SLOTS_OF_OTHERS).map(|slot| with_type(slot, name)) {
            assert!(judge(&sql).is_err(), "{sql} is sent as {}", sent(&sql));
        }
        for sql in ["SELECT 'crm.secrets'::T", "SELECT CAST('secrets' AS T)", "SELECT pg_catalog.T 'crm.secrets'"] {
            let sql = with_type(sql, name);
            let looked_up = format!("secrets' AS pg_catalog.{name})");
            assert!(judge(&sql).is_err() || (served && !sent(&sql).contains(&looked_up)), "{sql} is sent as {}", sent(&sql));
        }
        for sql in [
            "SELECT '{crm.secrets}'::T[]",
            "SELECT ARRAY['crm.secrets']::T[]",
            "SELECT ARRAY['crm.secrets'::T]",
            "SELECT ARRAY[id::T] FROM customers",
        ] {
            let sql = with_type(sql, name);
            let looked_up = ["'", "}'", "']"].map(|end| format!("secrets{end} AS pg_catalog.{name}"));
            let is_looked_up = |sent: &str| looked_up.iter().any(|text| sent.contains(text));
            assert!(judge(&sql).is_err() || (served && !is_looked_up(&sent(&sql))), "{sql} is sent as {}", sent(&sql));
        }
    }
}

#[test]
fn the_types_of_parameters_are_on_the_same_list() {
    let exposed = catalog();
    let export = Export { copy_out: true, cursor_fetch: true, explain: true };
    let judge = |types: &[u32]| {
        let context =
            Context { exposed: &exposed, search_path: &exposed.search_path, limits: &LIMITS, export, parameter_types: types };
        enforce(&parse_message("SELECT $1", &LIMITS).unwrap().remove(0), &context)
    };
    assert!(judge(&[]).is_ok() && judge(&[0, 25, 705]).is_ok());
    for oid in [2205, 2206, 24, 1033, 4096, 2275, 2249, 99_999] {
        let refusal = judge(&[25, oid]).expect_err("a type that may not be named");
        assert_eq!(refusal.code, DenialCode::TypeNotAllowed);
        assert_eq!(refusal.error.message, format!("type with OID {oid} does not exist"));
    }
}
