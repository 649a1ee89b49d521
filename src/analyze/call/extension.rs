//! Functions of extensions, and which of two of one name is meant: a builtin one or an extension's (PostgreSQL: func_select_candidate).
//!
//! Every name is sent with its schema, so who is meant is decided here, by what is known of the arguments. What PostgreSQL would decide by more than that is
//! refused: another choice than its own would be another answer.

use std::collections::BTreeSet;

use crate::base::SqlState;
use crate::catalog::extensions::ExtensionFunction;
use crate::catalog::functions::{self, FunctionKind, Overload, Verdict};
use crate::catalog::{TypeKind, types};
use crate::parse::syntax::{Call, Expr, Ident, Literal};

use crate::analyze::error::{AnalyzeCode, AnalyzeError};
use crate::analyze::expr::is_untyped;
use crate::analyze::field::{Base, Value};
use crate::analyze::type_name::extensions_of_type;
use crate::analyze::{Analyzer, BoundCall, BoundType};

/// What is known of the type of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Given {
    /// No extension's; with its name where that is known.
    Builtin(Option<&'static str>),
    /// The served type of that name.
    Extension(String),
    /// It may be of a type of these extensions.
    Unknown(BTreeSet<&'static str>),
    /// A constant or a parameter that takes the type that is asked of it.
    Untyped,
}

impl Analyzer<'_> {
    /// What is known of the type of an argument that was bound as `value`, and for which `reads` from `before` on were read.
    pub(super) fn given(&self, expr: &Expr, value: &Value, before: usize) -> Given {
        let extensions = &self.names.exposed.extensions;
        if extensions.types.is_empty() {
            return Given::Builtin(None);
        }
        if let Some(column) = value.origin.as_ref().and_then(Base::column) {
            return match extensions.type_name(column.type_oid) {
                Some(name) => Given::Extension(name.to_owned()),
                None if extensions.is_made_of(column.type_oid) => Given::Unknown(extensions.with_types()),
                None if column.type_kind == TypeKind::Base => {
                    Given::Builtin(types::builtin_by_oid(column.type_oid).map(|found| found.spelling))
                }
                None => Given::Builtin(None),
            };
        }
        self.given_by_form(expr).unwrap_or_else(|| {
            let reads = self.reads.get(before..).unwrap_or_default().iter();
            let of_column = |base: &Base| {
                base.column().map_or_else(|| extensions.with_types(), |column| extensions_of_type(extensions, column.type_oid))
            };
            let among: BTreeSet<&str> = reads.flat_map(of_column).chain(self.made_of.iter().copied()).collect();
            if among.is_empty() { Given::Builtin(None) } else { Given::Unknown(among) }
        })
    }

    /// What the form of an expression tells of its type.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the form of the others tells nothing")]
    fn given_by_form(&self, expr: &Expr) -> Option<Given> {
        match expr {
            Expr::Parenthesised(inner) => self.given_by_form(inner),
            Expr::Parameter(number) => Some(self.given_parameter(*number)),
            _ if is_untyped(expr) => Some(Given::Untyped),
            Expr::Literal(Literal::Number(digits)) => Some(Given::Builtin(is_integer(digits).then_some("integer"))),
            Expr::Literal(_) | Expr::SqlValue { value: _, id: _, at: _ } => Some(Given::Builtin(None)),
            Expr::Cast { expr: _, target } => match self.bindings.types.get(&target.id)? {
                BoundType::Builtin(name) if target.dimensions.is_empty() => {
                    Some(Given::Builtin(types::builtin_by_typname(name).map(|found| found.spelling)))
                }
                BoundType::Builtin(_)
                | BoundType::OwnRow
                | BoundType::Registry(_)
                | BoundType::RegistryList { kind: _, of: _, is_told: _ }
                | BoundType::RegistryText { kind: _, name: _, is_list: _ }
                | BoundType::RegistryTold(_) => Some(Given::Builtin(None)),
                bound @ BoundType::Exposed { schema: _, name } => {
                    let among = self.extensions_of(bound);
                    let is_served = target.dimensions.is_empty() && self.names.exposed.extensions.types.contains_key(name);
                    match among.is_empty() {
                        true => Some(Given::Builtin(None)),
                        false if is_served => Some(Given::Extension(name.clone())),
                        false => Some(Given::Unknown(among)),
                    }
                }
            },
            Expr::Call(call) => self.returned.get(&call.id).cloned(),
            _other => None,
        }
    }

    /// A parameter: of the type that Parse declared, if any.
    fn given_parameter(&self, number: u32) -> Given {
        let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        match at.and_then(|at| self.names.parameter_types.get(at)).copied().unwrap_or_default() {
            0 | types::UNKNOWN => Given::Untyped,
            oid => match (types::builtin_by_oid(oid), self.names.exposed.extensions.type_name(oid)) {
                (Some(builtin), _) => Given::Builtin(Some(builtin.spelling)),
                (None, Some(name)) => Given::Extension(name.to_owned()),
                (None, None) => Given::Unknown(extensions_of_type(&self.names.exposed.extensions, oid)),
            },
        }
    }

    /// The functions of served extensions that a call of that many arguments could mean.
    pub(super) fn extension_functions(&self, schema: Option<&Ident>, name: &Ident, arity: usize) -> Vec<ExtensionFunction> {
        let named = self.names.exposed.extensions.functions.get(&name.name).map(Vec::as_slice).unwrap_or_default();
        let fits = |found: &&ExtensionFunction| {
            let most = found.function.arguments.len();
            schema.is_none_or(|schema| schema.name == found.function.schema)
                && arity >= most.saturating_sub(found.function.defaults)
                && (arity <= most || found.function.variadic)
        };
        named.iter().filter(fits).cloned().collect()
    }

    /// Whether a call that a builtin function could serve too means one of these.
    ///
    /// # Errors
    /// It cannot be told.
    pub(super) fn prefers_extension(
        &self,
        call: &Call,
        candidates: &[ExtensionFunction],
        given: &[Given],
    ) -> Result<bool, AnalyzeError> {
        // No argument is of a type of its extension, and none of these functions takes less.
        let may_be = |extension: &str| {
            given.iter().any(|given| match given {
                Given::Builtin(_) | Given::Untyped => false,
                Given::Extension(name) => {
                    self.names.exposed.extensions.types.get(name).is_some_and(|found| found.extension == extension)
                }
                Given::Unknown(among) => among.contains(extension),
            })
        };
        if !candidates.iter().any(|found| may_be(found.extension)) {
            return Ok(false);
        }
        // Every argument that has a type has just the one that is asked for, of one function alone: none can fit better.
        let exact = candidates.iter().filter(|found| self.fits_exactly(found, given));
        if exact.count() == 1 && call.within_group.is_empty() && !call.star {
            return Ok(true);
        }
        let name = call.name.last().map(|name| name.name.as_str()).unwrap_or_default();
        let message = format!("which function {name} is meant, a builtin one or an extension's, is not known here");
        let error = AnalyzeError::unsupported(call.at, message);
        Err(error.hint("Cast its arguments to the types that are meant, or write the schema in front of its name."))
    }

    fn fits_exactly(&self, candidate: &ExtensionFunction, given: &[Given]) -> bool {
        let function = &candidate.function;
        let own = |argument: &str| self.names.exposed.extensions.type_written(argument);
        function.arguments.len() == given.len()
            && function.arguments.iter().zip(given).all(|(argument, given)| match given {
                Given::Extension(name) => own(argument) == Some(name),
                Given::Builtin(Some(spelling)) => argument == spelling,
                Given::Untyped => true,
                Given::Builtin(None) | Given::Unknown(_) => false,
            })
    }
    /// What is known of the type that a call returns: when it is the same for every overload that these arguments could mean and none of them decides it.
    pub(super) fn returned(&self, bound: &BoundCall, arity: usize, given: &[Given]) -> Option<Given> {
        match bound {
            BoundCall::Builtin(name) => returned_by_builtin(name, arity, given).map(|spelling| Given::Builtin(Some(spelling))),
            BoundCall::User(function) => {
                let extensions = &self.names.exposed.extensions;
                let named = extensions.functions.get(&function.name).map(Vec::as_slice).unwrap_or_default();
                let alike = !named.is_empty() && named.iter().all(|found| found.function.returns == function.returns);
                let own = extensions.type_written(&function.returns).map(|name| Given::Extension(name.to_owned()));
                let builtin = || types::builtin_by_name(&function.returns).filter(|found| found.kind != TypeKind::Pseudo);
                own.or_else(|| Some(Given::Builtin(Some(builtin()?.spelling)))).filter(|_| alike)
            }
            BoundCall::Echo
            | BoundCall::Field(_)
            | BoundCall::InformationSchema(_)
            | BoundCall::Registry(_)
            | BoundCall::Replaced { name: _, template: _, objects: _, told: _ }
            | BoundCall::Unnest => None,
        }
    }

    /// The extensions of whose types a function's result may be.
    pub(super) fn extensions_returned(&self, returns: &str) -> BTreeSet<&'static str> {
        let extensions = &self.names.exposed.extensions;
        let own = extensions.type_written(returns).and_then(|name| extensions.types.get(name));
        match own {
            Some(own) => BTreeSet::from([own.extension]),
            None if is_builtin_type(returns) => BTreeSet::new(),
            None => extensions.with_types(),
        }
    }
}

/// A call that means a function of an extension: the strictest verdict of those that it could mean.
pub(super) fn extension_call(
    call: &Call,
    name: &Ident,
    candidates: &[ExtensionFunction],
    given: &[Given],
) -> Result<BoundCall, AnalyzeError> {
    let possible: Vec<&ExtensionFunction> = candidates.iter().filter(|found| is_possible(found, call, given)).collect();
    let possible = if possible.is_empty() { candidates.iter().collect() } else { possible };
    let refused = possible.iter().find_map(|found| match found.verdict {
        Verdict::Deny(reason) | Verdict::Filtered(reason) => Some(reason),
        Verdict::Allow | Verdict::Limit(_) => None,
    });
    if let Some(reason) = refused {
        let message = format!("function {} is not available here", name.name);
        let error = AnalyzeError::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::FunctionNotAllowed, call.at, message);
        return Err(error.detail(format!("It {reason}.")).object(name.name.clone()));
    }
    let functions: Vec<_> = possible.iter().map(|found| &found.function).collect();
    let Some((first, rest)) = functions.split_first() else {
        return Err(AnalyzeError::unsupported(call.at, format!("function {} is not known here", name.name)));
    };
    super::bind::one_of(first, rest, call)
}

/// The type that a builtin function returns.
fn returned_by_builtin(name: &str, arity: usize, given: &[Given]) -> Option<&'static str> {
    let overloads = functions::builtin(name).map(|found| found.overloads.as_slice()).unwrap_or_default();
    // A value of an extension's type is no range.
    let is_plain = given.iter().all(|given| matches!(given, Given::Extension(_)));
    let takes_range = |overload: &Overload| overload.arguments.iter().any(|argument| argument.ends_with("range"));
    let mut accepting = overloads.iter().filter(|overload| overload.accepts(arity) && !(is_plain && takes_range(overload)));
    let first = accepting.next()?;
    let is_plain = !first.returns.starts_with("any") && first.returns != "record" && first.kind != FunctionKind::HypotheticalSet;
    (is_plain && accepting.all(|other| other.returns == first.returns)).then_some(first.returns)
}

/// Whether PostgreSQL could pick the function at all: a number or a truth value is never taken for a text.
fn is_possible(found: &ExtensionFunction, call: &Call, given: &[Given]) -> bool {
    const PLAIN: &[&str] = &["bigint", "boolean", "double precision", "integer", "numeric", "real", "smallint"];
    // Named arguments stand in another order.
    if call.variadic || call.arguments.iter().any(|argument| argument.name.is_some()) {
        return true;
    }
    let clashes = |(argument, given): (&String, &Given)| match given {
        Given::Builtin(Some(spelling)) => PLAIN.contains(spelling) && argument == "text",
        Given::Builtin(None) | Given::Extension(_) | Given::Unknown(_) | Given::Untyped => false,
    };
    !found.function.arguments.iter().zip(given).any(clashes)
}

/// Whether a function's result is of a type of `pg_catalog` that no argument decides.
fn is_builtin_type(returns: &str) -> bool {
    types::builtin_by_name(returns).is_some_and(|found| found.kind != TypeKind::Pseudo)
}

/// Whether a number is read as an integer.
fn is_integer(digits: &str) -> bool {
    digits.len() < 10 && digits.bytes().all(|digit| digit.is_ascii_digit())
}
