//! Holds a plan against its grant: what it names is exposed, its text names nothing else, and PostgreSQL's own grammar reads it so.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use postern::base::quote_ident;
use postern::catalog::functions::{self, Verdict};
use postern::catalog::{ExposedRelation, RelationSource, StandIn, types};
use postern::enforce::{Action, Footprint, Plan};
use postern::policy::compile::CompiledGrant;
use postern::rewrite::{Reading, substitution, view_definition};
use postern::witness::{Named, named};

use super::bed::{Bed, Session};
use super::footprint;

/// SQL values that tell when the statement or its transaction began.
const CLOCK_VALUES: [&str; 5] = ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"];

/// Panics with the statement when the plan goes beyond the grant.
pub(crate) fn assert_within(bed: &Bed, grant: &CompiledGrant, plan: &Plan, statement: &str) {
    if let Err(why) = within(bed, grant, plan, statement) {
        panic!("{why}\nstatement: {statement}\nplan: {plan:?}");
    }
}

/// Judges a text: whether it is accepted. Its plans stay within the grant and their own records, and a refusal spells no hidden name that the client did not.
pub(crate) fn holds(bed: &Bed, session: &Session, text: &str) -> Result<bool, String> {
    match bed.judge(session, text) {
        Ok(plans) => {
            let grant = bed.grant(&session.database);
            plans
                .iter()
                .try_for_each(|plan| within(bed, grant, plan, text))
                .map_err(|why| format!("{why}\nstatement: {text}"))?;
            Ok(true)
        }
        Err(refusal) => {
            let told = format!("{} {:?} {:?}", refusal.error.message, refusal.error.detail, refusal.error.hint).to_lowercase();
            match bed.hidden_names.iter().find(|name| told.contains(name.as_str()) && !spells(text, name)) {
                None => Ok(false),
                Some(name) => Err(format!("the refusal spells {name}: {told}\nstatement: {text}")),
            }
        }
    }
}

/// Why the plan goes beyond the grant.
pub(crate) fn within(bed: &Bed, grant: &CompiledGrant, plan: &Plan, statement: &str) -> Result<(), String> {
    footprint_within(grant, plan)?;
    sent_in_ascii(plan)?;
    let texts: Vec<String> = match &plan.action {
        Action::Query(rewritten) => vec![rewritten.sql().to_string()],
        Action::Prepare { name: _, types, rewritten } => {
            vec![
                rewritten.sql().to_string(),
                format!("SELECT {}", types.iter().map(|of| format!("NULL::{of}")).collect::<Vec<_>>().join(", ")),
            ]
        }
        Action::Copy(rewritten)
        | Action::Declare { name: _, options: _, rewritten }
        | Action::Explain { style: _, rewritten } => {
            vec![query_of(rewritten.sql())?]
        }
        Action::Execute { name: _, arguments, explain: _ } => vec![format!("SELECT {}", arguments.join(", "))],
        Action::Configure(_) | Action::Control(_) | Action::Policy(_) => Vec::new(),
    };
    texts.iter().try_for_each(|text| text_within(bed, grant, plan, text, statement))
}

/// No encoding of a client makes anything else of what is sent.
fn sent_in_ascii(plan: &Plan) -> Result<(), String> {
    let (Action::Query(rewritten)
    | Action::Prepare { name: _, types: _, rewritten }
    | Action::Copy(rewritten)
    | Action::Declare { name: _, options: _, rewritten }
    | Action::Explain { style: _, rewritten }) = &plan.action
    else {
        return Ok(());
    };
    let texts = std::iter::once(rewritten.sql()).chain(rewritten.binary_sql());
    texts.into_iter().find(|text| !text.is_ascii()).map_or(Ok(()), |text| Err(format!("not in ASCII: {text}")))
}

/// The query inside COPY, DECLARE or EXPLAIN.
fn query_of(sql: &str) -> Result<String, String> {
    if let Some(rest) = sql.strip_prefix("COPY (") {
        let (query, _) = rest.rsplit_once(") TO STDOUT").ok_or("COPY has no end")?;
        return Ok(query.to_owned());
    }
    if let Some(rest) = sql.strip_prefix("EXPLAIN (FORMAT JSON, VERBOSE, COSTS false) ") {
        return Ok(rest.to_owned());
    }
    let (_, query) = sql.split_once(" FOR ").ok_or("no statement of a known form")?;
    Ok(query.to_owned())
}

fn footprint_within(grant: &CompiledGrant, plan: &Plan) -> Result<(), String> {
    for ((schema, name), used) in &plan.record.footprint.relations {
        let relation = grant.exposed.relation(schema, name).ok_or_else(|| format!("relation {schema}.{name} is not exposed"))?;
        if relation.aggregate_only {
            return Err(format!("relation {schema}.{name} is for aggregates only"));
        }
        for (column, touched) in &used.columns {
            let exposed = relation.column(column).ok_or_else(|| format!("column {column} of {schema}.{name} is not exposed"))?;
            if exposed.mask.as_ref().map(|mask| &mask.name) != touched.mask.as_ref() {
                return Err(format!("the mask of {schema}.{name}.{column} is recorded wrongly"));
            }
        }
    }
    Ok(())
}

fn text_within(bed: &Bed, grant: &CompiledGrant, plan: &Plan, text: &str, statement: &str) -> Result<(), String> {
    let Named { relations, functions } =
        named(text).map_err(|why| format!("PostgreSQL does not read the text: {why:?}\n{text}"))?;
    let allowed = Allowed::of(grant)?;
    let substitutions = allowed.substitutions(&plan.record.footprint);
    // Of the system's own relations `footprint` says which may be read for this statement.
    let is_own = |(schema, _): &&(String, String)| schema != "pg_catalog";
    if let Some(relation) = relations.difference(&allowed.named.relations).find(is_own) {
        return Err(format!("relation {relation:?} is not in the permit\n{text}"));
    }
    for function in functions.difference(&allowed.named.functions) {
        let (schema, name) = function;
        let builtin = schema == "pg_catalog"
            && functions::builtin(name)
                .is_some_and(|builtin| builtin.overloads.iter().any(|overload| !matches!(overload.verdict, Verdict::Deny(_))));
        let clock = schema == "pg_catalog" && CLOCK_VALUES.contains(&name.as_str());
        // `pg_catalog.inet('…')` is a cast.
        let is_type = schema == "pg_catalog" && types::builtin_by_typname(name).is_some_and(|found| found.nameable);
        let in_information_schema = schema == "information_schema"
            && functions::in_information_schema(name)
                .is_some_and(|found| found.overloads.iter().all(|overload| matches!(overload.verdict, Verdict::Allow)));
        // Nobody may call it: it makes the items of text that stands for privileges, for `aclexplode` alone.
        let takes_apart = functions.contains(&("pg_catalog".to_owned(), "aclexplode".to_owned()));
        let makes_items = schema == "pg_catalog" && name == "makeaclitem" && takes_apart;
        if !builtin && !clock && !is_type && !in_information_schema && !makes_items {
            return Err(format!("function {function:?} is not in the permit\n{text}"));
        }
    }
    let outside = hides(bed, text, statement, &substitutions)?;
    footprint::within(grant, &plan.record, text, &outside)
}

/// No relation of the warehouse is read but through its sub-select, and no hidden name stands outside one unless the client wrote it, as a string or as
/// a name of its own. Gives what stands outside.
fn hides(bed: &Bed, text: &str, statement: &str, substitutions: &[&Form]) -> Result<String, String> {
    // A sample stands inside the sub-select, behind the relation; what it reads by a query has sub-selects of its own.
    let whole = |text: String, known: &str| text.replace(&format!("{known})"), "SELECT 1)");
    let outside = substitutions.iter().fold(text.to_owned(), |text, Form { text: known, .. }| whole(text, known));
    let outside = substitutions.iter().fold(outside, |text, known| without_samples(&text, known));
    // The client's own conditions may stand behind the row filter, or alone.
    let outside = substitutions.iter().fold(outside, |text, Form { text: known, .. }| {
        let head = known.strip_suffix(" OFFSET 0").unwrap_or(known);
        let text = text.replace(&format!("{head} AND ("), "SELECT 1 WHERE true AND (");
        text.replace(&format!("{head} WHERE ("), "SELECT 1 WHERE (").replace(known.as_str(), "SELECT 1")
    });
    let read = named(&outside).map_err(|why| format!("PostgreSQL does not read the rest of the text: {why:?}\n{outside}"))?;
    if let Some((schema, name)) = read.relations.iter().find(|(schema, _)| schema != "pg_catalog") {
        return Err(format!("relation {schema}.{name} is read outside its sub-select\n{text}"));
    }
    for name in bed.hidden_names.iter().filter(|name| !spells(statement, name)) {
        if outside.to_lowercase().contains(name.as_str()) {
            return Err(format!("the hidden name {name} is in the text\n{text}"));
        }
    }
    Ok(outside)
}

/// Whether a client's text may spell a name: in any case, or with escapes that stand for letters.
pub(crate) fn spells(text: &str, name: &str) -> bool {
    let stands_for_a_letter = |pair: &[u8]| matches!(pair, [b'\\', next] if next.is_ascii_hexdigit() || matches!(next, b'+' | b'x' | b'X' | b'u' | b'U'));
    let lower = text.to_lowercase();
    lower.contains(name) || lower.contains("uescape") || text.as_bytes().windows(2).any(stands_for_a_letter)
}

/// The text without the sub-select around each sample of it; the sample itself stays.
fn without_samples(text: &str, Form { text: known, source_end }: &Form) -> String {
    let Some((head, tail)) = source_end.map(|end| known.split_at(end)) else { return text.to_owned() };
    let tail = tail.strip_suffix(" OFFSET 0").unwrap_or(tail);
    let sampled = format!("{head} TABLESAMPLE");
    let mut pieces = text.split(sampled.as_str());
    let mut outside = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        outside.push_str("SELECT 1 FROM pg_catalog.pg_class AS t TABLESAMPLE");
        outside.push_str(&if tail.is_empty() { piece.to_owned() } else { piece.replacen(tail, " WHERE true", 1) });
    }
    outside
}

/// A form of a relation's sub-select, and where in it a sample would stand.
struct Form {
    text: String,
    source_end: Option<usize>,
}

/// What the sub-selects of a grant's relations may name.
struct Allowed {
    named: Named,
    /// Every form of a relation's sub-select, by schema and name.
    substitutions: BTreeMap<(String, String), Vec<Form>>,
}

/// What each grant allows, worked out once.
static KNOWN: LazyLock<Mutex<BTreeMap<String, Arc<Allowed>>>> = LazyLock::new(Mutex::default);

impl Allowed {
    fn of(grant: &CompiledGrant) -> Result<Arc<Self>, String> {
        let mut known = KNOWN.lock().unwrap();
        if let Some(allowed) = known.get(&grant.digest) {
            return Ok(Arc::clone(allowed));
        }
        let allowed = Arc::new(Self::worked_out(grant)?);
        known.insert(grant.digest.clone(), Arc::clone(&allowed));
        Ok(allowed)
    }

    fn worked_out(grant: &CompiledGrant) -> Result<Self, String> {
        let mut allowed = Self { named: Named::default(), substitutions: BTreeMap::new() };
        for relation in grant.exposed.relations.values().filter(|relation| !relation.aggregate_only) {
            for (text, _) in readings(relation) {
                let found = named(&text).map_err(|why| format!("{}: {why:?}\n{text}", relation.name))?;
                if let Some(StandIn { schema, name, only }) = &relation.stand_in {
                    let is_its =
                        |read: &(String, String)| read.0 == *schema && (read.1 == *name || only.as_ref() == Some(&read.1));
                    assert!(
                        found.relations.len() == 1 && found.relations.iter().all(is_its),
                        "its view, and nothing else: {text}"
                    );
                }
                allowed.named.relations.extend(found.relations);
                allowed.named.functions.extend(found.functions);
                let key = (relation.schema.clone(), relation.name.clone());
                let forms = allowed.substitutions.entry(key).or_default();
                if !forms.iter().any(|form| form.text == text) {
                    forms.push(Form { source_end: source_end(relation, &text), text });
                }
            }
            assert_masked(relation);
        }
        allowed
            .named
            .functions
            .extend(grant.exposed.functions.iter().map(|function| (function.schema.clone(), function.name.clone())));
        Ok(allowed)
    }
}

impl Allowed {
    /// The sub-selects of the relations that a record names: no other may stand in the text.
    fn substitutions(&self, footprint: &Footprint) -> Vec<&Form> {
        footprint.relations.keys().filter_map(|key| self.substitutions.get(key)).flatten().collect()
    }
}

/// The end of `FROM "schema"."name" AS t` in a sub-select of the relation.
fn source_end(relation: &ExposedRelation, text: &str) -> Option<usize> {
    let RelationSource::Warehouse { schema, name, .. } = &relation.source else { return None };
    let source = format!("{}.{} AS t", quote_ident(schema), quote_ident(name));
    Some(text.find(&source)? + source.len())
}

/// Every form of the sub-select of a relation, without copied conditions, and what a case file calls it.
pub(crate) fn readings(relation: &ExposedRelation) -> Vec<(String, String)> {
    let name = format!("{}.{}", relation.schema, relation.name);
    let forms = [
        (false, false, format!("⟨{name}⟩")),
        (true, false, format!("⟨ONLY {name}⟩")),
        (false, true, format!("⟨{name}, unfenced⟩")),
        (true, true, format!("⟨ONLY {name}, unfenced⟩")),
    ];
    forms
        .into_iter()
        .map(|(only, may_pull_up, name)| (substitution(relation, Reading { only, may_pull_up, ..Reading::default() }), name))
        .collect()
}

/// A masked column leaves its sub-select through its mask alone.
fn assert_masked(relation: &ExposedRelation) {
    if let RelationSource::System { oid: _, query: _ } = relation.source {
        return;
    }
    let text = match &relation.stand_in {
        None => substitution(relation, Reading::default()),
        Some(_) => view_definition(relation, false).unwrap(),
    };
    for column in relation.columns.iter().filter(|column| column.mask.is_some()) {
        let raw = format!("t.\"{}\" AS \"{}\"", column.physical, column.name);
        assert!(!text.contains(&raw), "{}: {text}", relation.name);
    }
}
