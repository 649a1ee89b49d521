//! Two trees in lock-step, by a work list: what is not equal must be explained by a rule.

use pg_raw_parse::nodes::A_Const;
use pg_raw_parse::{ConstValue, Node};

use super::field::{Value, offset};
use super::scope::{Below, Scope, Scopes};
use super::shape::{Judge, Paired, Which};
use super::{Disagreement, Expectation, Place, Side, copy, envelope, guard, names, options, output_name, relation, rows, shape};

/// What may differ between the two trees, apart from byte offsets.
#[derive(Clone, Copy)]
pub(super) enum Rules<'r> {
    /// Nothing.
    Exact,
    /// Spellings that PostgreSQL defines as the same.
    Printout,
    /// What the plan says it changed, qualified names, and the spellings of `Printout`.
    Rewritten(&'r Expectation),
}

/// A node of the client's tree and the one of ours that must be equal to it.
#[derive(Clone, Copy)]
pub(super) struct Pair<'t> {
    pub(super) client: Node<'t>,
    pub(super) ours: Node<'t>,
    /// Common table expressions in scope; the same on both sides, since their names are compared.
    pub(super) scope: Scope,
    /// The nearest byte offset in the client's text.
    pub(super) at: Option<u32>,
}

/// A comparison under way.
pub(super) struct Comparison<'t, 'r> {
    rules: Rules<'r>,
    scopes: Scopes<'t>,
    work: Vec<Pair<'t>>,
    /// Children that a value holds: empty between two nodes.
    found: Vec<(Node<'t>, Node<'t>)>,
    /// The envelope around the statement's query has been taken off, or there is none.
    opened: bool,
    /// Where the same expression stands in both texts.
    places: Vec<Place>,
}

impl<'t, 'r> Comparison<'t, 'r> {
    pub(super) fn new(rules: Rules<'r>) -> Self {
        let opened = match rules {
            Rules::Exact | Rules::Printout => true,
            Rules::Rewritten(expectation) => expectation.envelope.is_none(),
        };
        Self { rules, scopes: Scopes::default(), work: Vec::new(), found: Vec::new(), opened, places: Vec::new() }
    }

    /// Compares two trees. Where the same expression stands in both.
    pub(super) fn run(mut self, client: Node<'t>, ours: Node<'t>) -> Result<Vec<Place>, Disagreement> {
        self.work.push(self.roots(client, ours));
        while let Some(pair) = self.work.pop() {
            if self.stands_for(pair)? {
                continue;
            }
            self.step(pair)?;
        }
        Ok(self.places)
    }

    /// The rewritten text of a statement around a query may be the query alone.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other statements are compared as they are")]
    fn roots(&self, client: Node<'t>, ours: Node<'t>) -> Pair<'t> {
        let whole = Pair { client, ours, scope: Scope::default(), at: None };
        let (Rules::Rewritten(_), Node::SelectStmt(_)) = (self.rules, ours) else { return whole };
        let query = match client {
            Node::CopyStmt(statement) => statement.query(),
            Node::DeclareCursorStmt(statement) => statement.query(),
            Node::ExplainStmt(statement) => statement.query(),
            Node::PrepareStmt(statement) => statement.query(),
            _ => Node::None,
        };
        if matches!(query, Node::SelectStmt(_)) { Pair { client: query, ..whole } } else { whole }
    }

    /// Whether the plan says that something else stands for the client's node, and it does.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing stands for the other kinds: they are compared")]
    fn stands_for(&mut self, pair: Pair<'t>) -> Result<bool, Disagreement> {
        let Rules::Rewritten(expectation) = self.rules else { return Ok(false) };
        match pair.client {
            // The first query that is met is the statement's own.
            Node::SelectStmt(_) if !self.opened => {
                let ours = self.open(expectation, pair.ours)?;
                self.work.push(Pair { ours, ..pair });
                Ok(true)
            }
            Node::ColumnRef(column) => Ok(is_replaced(expectation, column.location)),
            Node::FuncCall(call) => match offset(call.location).and_then(|at| expectation.guarded.get(&at)) {
                Some(most) => {
                    guard::check(call, *most, pair, &mut self.work)?;
                    Ok(true)
                }
                None => Ok(is_replaced(expectation, call.location)),
            },
            Node::A_Const(constant) => match offset(constant.location).and_then(|at| expectation.constants.get(&at)) {
                Some(text) => {
                    is_constant(constant, pair.ours, text)?;
                    Ok(true)
                }
                None => Ok(false),
            },
            Node::A_Indirection(indirection) => match rows::selected(indirection, expectation) {
                Some((columns, name)) => {
                    rows::check_selected(columns, name, pair.ours)?;
                    Ok(true)
                }
                None => Ok(false),
            },
            Node::NodeList(item) => match rows::columns(item, expectation) {
                Some(columns) => {
                    rows::check(item, columns, pair, &mut self.work)?;
                    Ok(true)
                }
                None => Ok(false),
            },
            Node::SQLValueFunction(value) => Ok(is_replaced(expectation, value.location)),
            Node::TypeCast(cast) => {
                let type_name = cast.type_name().is_some_and(|name| is_replaced(expectation, name.location));
                Ok(type_name || is_replaced(expectation, cast.location))
            }
            Node::RangeVar(name) if !self.scopes.is_cte(pair.scope, name) => {
                relation::check(name, None, pair, expectation, &mut self.work)?;
                Ok(true)
            }
            Node::RangeTableSample(sample) => match sample.relation() {
                Node::RangeVar(name) if !self.scopes.is_cte(pair.scope, name) => {
                    relation::check(name, Some(sample), pair, expectation, &mut self.work)?;
                    Ok(true)
                }
                _ => Ok(false),
            },
            Node::CopyStmt(statement) => match statement.relation() {
                Some(name) => {
                    let query = match pair.ours {
                        Node::CopyStmt(ours) => ours.query(),
                        ours => ours,
                    };
                    let query = self.open(expectation, query)?;
                    copy::check(statement, name, query, pair, expectation, &mut self.work)?;
                    Ok(true)
                }
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// Takes the envelope off the statement's query.
    fn open(&mut self, expectation: &Expectation, ours: Node<'t>) -> Result<Node<'t>, Disagreement> {
        self.opened = true;
        expectation.envelope.as_ref().map_or(Ok(ours), |expected| envelope::inside(expected, ours))
    }

    /// Compares two nodes; their children become work.
    fn step(&mut self, pair: Pair<'t>) -> Result<(), Disagreement> {
        let place = shape::place(pair.client);
        let at = place.or(pair.at);
        let below = self.scopes.below(pair.client, pair.scope);
        let mut step =
            Step { rules: self.rules, scopes: &mut self.scopes, work: &mut self.work, found: &mut self.found, below, at };
        match shape::pair(pair.client, pair.ours, &mut step) {
            Paired::Same => {}
            Paired::Kinds(client, ours) => return Err(Disagreement::Kind { client, ours, at }),
            Paired::Field(node, field) => return Err(Disagreement::Field { node, field, at }),
            Paired::Unknown(Which::Client) => return Err(Disagreement::Unknown { side: Side::Client }),
            Paired::Unknown(Which::Ours) => return Err(Disagreement::Unknown { side: self.side() }),
        }
        if let Some(client) = place.filter(|_| is_placed(pair.client))
            && let Some(ours) = shape::place(pair.ours)
        {
            self.places.push(Place { client, ours });
        }
        Ok(())
    }

    fn side(&self) -> Side {
        match self.rules {
            Rules::Exact => Side::Substitution,
            Rules::Printout => Side::Printout,
            Rules::Rewritten(_) => Side::Rewritten,
        }
    }
}

/// Two nodes under comparison.
struct Step<'s, 't, 'r> {
    rules: Rules<'r>,
    scopes: &'s mut Scopes<'t>,
    work: &'s mut Vec<Pair<'t>>,
    /// Children that a value holds.
    found: &'s mut Vec<(Node<'t>, Node<'t>)>,
    below: Below,
    at: Option<u32>,
}

impl<'t> Judge<'t> for Step<'_, 't, '_> {
    fn child(&mut self, client: Node<'t>, ours: Node<'t>) {
        let scope = self.scopes.child(&mut self.below, client);
        self.work.push(Pair { client, ours, scope, at: self.at });
    }

    fn is_same(&mut self, client: Value<'t>, ours: Value<'t>) -> bool {
        self.found.clear();
        let is_same = self.same(client, ours);
        for at in 0..self.found.len() {
            if let Some((client, ours)) = self.found.get(at).copied() {
                self.child(client, ours);
            }
        }
        is_same
    }
}

impl<'t> Step<'_, 't, '_> {
    /// Whether two values are equal, once the children that they hold are.
    fn same(&mut self, client: Value<'t>, ours: Value<'t>) -> bool {
        let found = &mut *self.found;
        let exact = matches!(self.rules, Rules::Exact);
        let expectation = match self.rules {
            Rules::Exact | Rules::Printout => None,
            Rules::Rewritten(expectation) => Some(expectation),
        };
        match (client, ours) {
            (Value::Begin(client), Value::Begin(ours)) => client == ours || (!exact && options::are_begin(client, ours)),
            (Value::Constant(client), Value::Constant(ours)) => same_constant(client, ours),
            (Value::Cosmetic(client), Value::Cosmetic(ours)) => client == ours || !exact,
            (Value::Format(client), Value::Format(ours)) => client == ours || expectation.is_some(),
            (Value::FunctionAlias(client, functions), Value::FunctionAlias(ours, ours_functions)) => {
                let explained = |expectation| output_name::alias_explained(client, functions, ours, ours_functions, expectation);
                if expectation.is_some_and(explained) {
                    return true;
                }
                found.push((Node::from(client), Node::from(ours)));
                client.is_some() == ours.is_some()
            }
            (Value::Group(client), Value::Group(ours)) => {
                let appended = expectation.map_or(Some(0), |expectation| names::appended_keys(client, ours, expectation));
                client.iter().zip(ours.iter()).for_each(|(client, ours)| found.push((client, ours)));
                appended.is_some_and(|appended| client.len() + appended == ours.len())
            }
            (Value::Length(client), Value::Length(ours)) => client == ours,
            (Value::Name(role, client, at), Value::Name(ours_role, ours, _)) => {
                role == ours_role && names::same(self.rules, role, &client, &ours, offset(at))
            }
            (Value::Node(client), Value::Node(ours)) => {
                found.push((client, ours));
                true
            }
            (Value::Number(client), Value::Number(ours)) => client == ours,
            (Value::Options(of, client), Value::Options(ours_of, ours)) => {
                of == ours_of && options::same(self.rules, of, client, ours, found)
            }
            (Value::Output(client, expression), Value::Output(ours, ours_expression)) => match expectation {
                Some(_) => output_name::same(client, expression, ours, ours_expression),
                None => client == ours,
            },
            (Value::Place, Value::Place) => true,
            (Value::RowsFrom(client, functions), Value::RowsFrom(ours, _)) => {
                client == ours || expectation.is_some_and(|expectation| ours && rows::is_among(functions, expectation))
            }
            (Value::Setting(client), Value::Setting(ours)) => options::same_setting(exact, client, ours, found),
            (Value::Text(client), Value::Text(ours)) => client == ours,
            _ => false,
        }
    }
}

/// Whether the place of a node is its own: an output column, an item of ORDER BY and the like stand where what is inside them begins, which may begin otherwise
/// in the other text.
fn is_placed(node: Node<'_>) -> bool {
    !matches!(node, Node::ResTarget(_) | Node::SortBy(_))
}

fn is_replaced(expectation: &Expectation, location: i32) -> bool {
    offset(location).is_some_and(|at| expectation.replaced.contains(&at))
}

/// A string constant, which just that one stands for.
fn is_constant(client: &A_Const, ours: Node<'_>, text: &str) -> Result<(), Disagreement> {
    let is_it =
        <&A_Const>::try_from(ours).is_ok_and(|ours| matches!(ours.val(), Some(ConstValue::String(found)) if found == text));
    let was_string = matches!(client.val(), Some(ConstValue::String(_)));
    if is_it && was_string { Ok(()) } else { Err(Disagreement::Tree) }
}

/// Floats are compared as they are written: `1.0` is not `1.00`.
fn same_constant(client: Option<ConstValue<'_>>, ours: Option<ConstValue<'_>>) -> bool {
    match (client, ours) {
        (None, None) => true,
        (Some(ConstValue::BitString(client)), Some(ConstValue::BitString(ours)))
        | (Some(ConstValue::Float(client)), Some(ConstValue::Float(ours)))
        | (Some(ConstValue::String(client)), Some(ConstValue::String(ours))) => client == ours,
        (Some(ConstValue::Boolean(client)), Some(ConstValue::Boolean(ours))) => client == ours,
        (Some(ConstValue::Integer(client)), Some(ConstValue::Integer(ours))) => client == ours,
        _ => false,
    }
}
