//! Which argument of a builtin function says how large its result is.

/// How large a result a call asks for: in bytes, characters, elements or rows, each of which is at least a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeArgument {
    /// The second argument is a number of characters.
    Characters,
    /// The second argument is an array of the sizes of dimensions.
    Dimensions,
    /// The second argument is how often the text of the first stands there.
    Repeats,
    /// From the first argument to the second, by the third.
    Series,
    /// The first argument is a format; widths stand in it, or are taken from the others.
    Widths,
}

/// The size argument of that builtin function; `None` when its result is no larger than what it is given, or bounded by its type.
pub fn size_argument(name: &str) -> Option<SizeArgument> {
    Some(match name {
        "array_fill" => SizeArgument::Dimensions,
        "format" => SizeArgument::Widths,
        "generate_series" => SizeArgument::Series,
        "lpad" | "rpad" => SizeArgument::Characters,
        "repeat" => SizeArgument::Repeats,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::functions::all;

    /// numeric itself ends at 131072 digits, and a factorial with it.
    const BOUNDED_BY_TYPE: [&str; 2] = ["factorial", "numeric_fac"];

    #[test]
    fn what_makes_a_result_of_any_size_has_a_size_argument() {
        for function in all() {
            let makes_any_size = function.overloads.iter().any(|overload| overload.rule.code == "P2");
            let expected = makes_any_size && !BOUNDED_BY_TYPE.contains(&function.name);
            assert_eq!(size_argument(function.name).is_some(), expected, "{}", function.name);
        }
    }
}
