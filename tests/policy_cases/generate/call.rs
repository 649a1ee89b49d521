//! Calls of functions, SQL/JSON, SQL/XML.

use super::grammar::Grammar;

impl Grammar<'_> {
    pub(super) fn call(&mut self, depth: usize) -> String {
        match self.choices.below(12) {
            7 | 8 => self.aggregate(depth),
            9 => self.window(depth),
            10 => self.of_the_user(depth),
            _ => {
                let function = self.choices.one(&self.names.functions);
                let arity = *self.choices.one(&function.arities);
                let schema = self.maybe(10, |_| "pg_catalog.".to_owned());
                let arguments = self.list(arity, |grammar| grammar.expression(depth.saturating_sub(1)));
                format!("{schema}{}({arguments})", function.name)
            }
        }
    }

    fn aggregate(&mut self, depth: usize) -> String {
        const ORDERED: &[&str] = &["percentile_cont(0.5)", "percentile_disc(0.5)", "mode()", "rank(1)"];
        let filter = self.maybe(15, |grammar| format!(" FILTER (WHERE {})", grammar.condition(depth.saturating_sub(1))));
        match self.choices.below(8) {
            0 => format!("count(*){filter}"),
            1 => format!("{} WITHIN GROUP (ORDER BY {}){filter}", self.word(ORDERED), self.column()),
            2 => format!("{}(DISTINCT {}){filter}", self.word(&["count", "sum", "array_agg", "max"]), self.column()),
            3 => format!("string_agg({}, ',' ORDER BY {}){filter}", self.column(), self.column()),
            _ => {
                let function = self.choices.one(&self.names.aggregates);
                let arity = *self.choices.one(&function.arities);
                let arguments = self.list(arity, |grammar| grammar.expression(depth.saturating_sub(1)));
                format!("{}({arguments}){filter}", function.name)
            }
        }
    }

    fn window(&mut self, depth: usize) -> String {
        let call = match self.choices.below(3) {
            0 => {
                let function = self.choices.one(&self.names.window);
                let arity = *self.choices.one(&function.arities);
                let arguments = self.list(arity, |grammar| grammar.expression(depth.saturating_sub(1)));
                format!("{}({arguments})", function.name)
            }
            _ => format!("{}({})", self.word(&["sum", "max", "first_value", "count", "lag"]), self.column()),
        };
        let definition = self.window_definition();
        format!("{call} OVER ({definition})")
    }

    fn of_the_user(&mut self, depth: usize) -> String {
        let (left, right) = (self.expression(depth), self.expression(depth));
        match self.choices.below(6) {
            0 => format!("sales.net_amount({left}, {right})"),
            1 => format!("net_amount({left}, {right})"),
            2 => format!("concat(VARIADIC ARRAY[{left}, {right}])"),
            3 => format!("make_interval(days => {left})"),
            4 => format!("row_to_json({})", self.column()),
            _ => format!("jsonb_build_object('a', {left}, 'b', {right})"),
        }
    }

    /// SQL/JSON and SQL/XML.
    pub(super) fn document(&mut self, depth: usize) -> String {
        const FORMS: &[&str] = &[
            "JSON_OBJECT({} : {} ABSENT ON NULL)",
            "JSON_OBJECT('a' VALUE {}, 'b' VALUE {} RETURNING jsonb)",
            "JSON_ARRAY({}, {} NULL ON NULL)",
            "JSON_OBJECTAGG({} : {})",
            "JSON_ARRAYAGG({} ORDER BY {})",
            "JSON_VALUE({}, '$.a' PASSING {} AS x RETURNING int)",
            "JSON_QUERY({}, '$' PASSING {} AS x WITH WRAPPER)",
            "JSON_EXISTS({}, '$.a' PASSING {} AS x)",
            "JSON_SCALAR({}) || {}",
            "JSON({}) || JSON_SERIALIZE({} RETURNING text)",
            "XMLELEMENT(NAME a, XMLATTRIBUTES({} AS b), {})",
            "XMLFOREST({} AS a, {} AS b)",
            "XMLCONCAT({}, {})",
            "XMLSERIALIZE(CONTENT XMLELEMENT(NAME a, {}, {}) AS text)",
            "XMLPARSE(DOCUMENT {}) || {}",
            "XMLEXISTS({} PASSING {})",
            "XMLPI(NAME a, {} || {})",
        ];
        let (left, right) = (self.expression(depth), self.expression(depth));
        let text = self.word(FORMS).replacen("{}", &left, 1);
        match text.rsplit_once("{}") {
            Some((head, tail)) => format!("{head}{right}{tail}"),
            None => text,
        }
    }
}
