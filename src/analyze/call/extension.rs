//! Functions of extensions, and which of two of one name is meant: a builtin one or an extension's (PostgreSQL: func_select_candidate).
//!
//! Every name is sent with its schema, so who is meant is decided here, by what is known of the arguments. What PostgreSQL would decide by more than that is
//! refused: another choice than its own would be another answer.

use crate::base::SqlState;
use crate::catalog::extensions::ExtensionFunction;
use crate::catalog::functions::{self, FunctionKind, Overload, Verdict};
use crate::catalog::{TypeKind, types};
use crate::parse::syntax::{Call, Expr, Ident, Literal};

use crate::analyze::error::{AnalyzeCode, AnalyzeError};
use crate::analyze::expr::is_untyped;
use crate::analyze::field::{Base, Value};
use crate::analyze::{Analyzer, BoundCall, BoundType};

/// What is known of the type of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// No extension's; with its name where that is known.
    Builtin(Option<&'static str>),
    /// The served type of that name.
    Extension(String),
    /// It may be an extension's.
    Unknown,
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
                None if extensions.is_made_of(column.type_oid) => Given::Unknown,
                None if column.type_kind == TypeKind::Base => {
                    Given::Builtin(types::builtin_by_oid(column.type_oid).map(|found| found.spelling))
                }
                None => Given::Builtin(None),
            };
        }
        self.given_by_form(expr).unwrap_or_else(|| {
            let reads = self.reads.get(before..).unwrap_or_default();
            let reads_extension = |base: &Base| base.column().is_none_or(|column| extensions.is_made_of(column.type_oid));
            match self.made_of_extension || reads.iter().any(reads_extension) {
                true => Given::Unknown,
                false => Given::Builtin(None),
            }
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
                BoundType::Builtin(_) | BoundType::Registry(_) | BoundType::RegistryText { kind: _, name: _ } => {
                    Some(Given::Builtin(None))
                }
                bound @ BoundType::Exposed { schema: _, name } => match self.is_of_extension(bound) {
                    true if target.dimensions.is_empty() && self.names.exposed.extensions.types.contains_key(name) => {
                        Some(Given::Extension(name.clone()))
                    }
                    true => Some(Given::Unknown),
                    false => Some(Given::Builtin(None)),
                },
            },
            Expr::Call(call) => self.returned.get(&call.id).map(|spelling| Given::Builtin(Some(spelling))),
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
                (None, None) => Given::Unknown,
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
        // No argument is of an extension's type, and none of these functions takes less.
        if given.iter().all(|given| matches!(given, Given::Builtin(_) | Given::Untyped)) {
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
        let own = |argument: &str| {
            let oid = |(schema, _): &(String, _)| {
                argument.strip_prefix(&format!("{}.", crate::catalog::system::shown_name(schema))).map(str::to_owned)
            };
            self.names.exposed.extensions.types.iter().find_map(|(name, of)| oid(of).filter(|bare| bare == name))
        };
        function.arguments.len() == given.len()
            && function.arguments.iter().zip(given).all(|(argument, given)| match given {
                Given::Extension(name) => own(argument).as_ref() == Some(name),
                Given::Builtin(Some(spelling)) => argument == spelling,
                Given::Untyped => true,
                Given::Builtin(None) | Given::Unknown => false,
            })
    }
}

/// A call that means a function of an extension: the strictest verdict of those that it could mean.
pub(super) fn extension_call(call: &Call, name: &Ident, candidates: &[ExtensionFunction]) -> Result<BoundCall, AnalyzeError> {
    let refused = candidates.iter().find_map(|found| match found.verdict {
        Verdict::Deny(reason) | Verdict::Filtered(reason) => Some(reason),
        Verdict::Allow | Verdict::Limit(_) => None,
    });
    if let Some(reason) = refused {
        let message = format!("function {} is not available here", name.name);
        let error = AnalyzeError::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::FunctionNotAllowed, call.at, message);
        return Err(error.detail(format!("It {reason}.")).object(name.name.clone()));
    }
    let functions: Vec<_> = candidates.iter().map(|found| &found.function).collect();
    let Some((first, rest)) = functions.split_first() else {
        return Err(AnalyzeError::unsupported(call.at, format!("function {} is not known here", name.name)));
    };
    super::bind::one_of(first, rest, call)
}

/// The type that a builtin function returns, when it is the same for every overload that these arguments could mean and none of them decides it.
pub(super) fn returned(bound: &BoundCall, arity: usize, given: &[Given]) -> Option<&'static str> {
    let BoundCall::Builtin(name) = bound else { return None };
    let overloads = functions::builtin(name).map(|found| found.overloads.as_slice()).unwrap_or_default();
    // A value of an extension's type is no range.
    let is_plain = given.iter().all(|given| matches!(given, Given::Extension(_)));
    let takes_range = |overload: &Overload| overload.arguments.iter().any(|argument| argument.ends_with("range"));
    let mut accepting = overloads.iter().filter(|overload| overload.accepts(arity) && !(is_plain && takes_range(overload)));
    let first = accepting.next()?;
    let is_plain = !first.returns.starts_with("any") && first.returns != "record" && first.kind != FunctionKind::HypotheticalSet;
    (is_plain && accepting.all(|other| other.returns == first.returns)).then_some(first.returns)
}

/// Whether a function's result is of a type of `pg_catalog` that no argument decides.
pub(super) fn is_builtin_type(returns: &str) -> bool {
    types::builtin_by_name(returns).is_some_and(|found| found.kind != TypeKind::Pseudo)
}

/// Whether a number is read as an integer.
fn is_integer(digits: &str) -> bool {
    digits.len() < 10 && digits.bytes().all(|digit| digit.is_ascii_digit())
}
