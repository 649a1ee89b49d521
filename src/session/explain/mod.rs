//! EXPLAIN as a client may read it: the shape of the plan over the names that it knows. No filter, no cost, no number of rows, no index.
//!
//! The warehouse is asked for its plan in one form, whatever the client asked for; what is told of it is written here, in the client's form.
//!
//! | file | what |
//! |---|---|
//! | `collected` | the warehouse's answer while it arrives |
//! | `plan` | what is told of a plan: words of PostgreSQL's own, names of the client's |
//! | `text` | the plan as lines, as PostgreSQL indents them |
//! | `structured` | the plan as JSON, XML and YAML, as PostgreSQL lays them out |

mod collected;
mod plan;
mod structured;
mod text;

use crate::base::{SqlState, UserError};
use crate::catalog::ExposedCatalog;
use crate::enforce::{ExplainFormat, ExplainStyle, Footprint};
use crate::wire::Field;

use collected::Collected;
use plan::{Names, PlanNode};

/// PostgreSQL's name for the one column of EXPLAIN.
pub(super) const PLAN_COLUMN: &str = "QUERY PLAN";

/// One EXPLAIN on its way: how the client wants it, what it may be told, what the warehouse has answered so far.
#[derive(Debug)]
pub(super) struct Explanation {
    style: ExplainStyle,
    names: Names,
    collected: Collected,
}

impl Explanation {
    /// Nothing has been answered yet.
    pub(super) fn new(style: ExplainStyle, footprint: &Footprint, exposed: &ExposedCatalog) -> Self {
        Self { style, names: Names::of(footprint, exposed), collected: Collected::default() }
    }

    /// Takes rows as they come; false when it is too much.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        self.collected.take(bytes)
    }

    /// The column of the answer.
    pub(super) fn column(&self) -> Field<'static> {
        column(self.style)
    }

    /// The rows of the answer: one for each line as text, one for all otherwise.
    ///
    /// # Errors
    /// XX000 for an answer that is not a plan, or one deeper than is read: nothing of it is told.
    pub(super) fn rows(&self) -> Result<Vec<String>, UserError> {
        let plan = self.collected.document().and_then(|document| PlanNode::read(&document, &self.names));
        let plan = plan.ok_or_else(|| UserError::new(SqlState::INTERNAL_ERROR, "the plan cannot be shown"))?;
        Ok(match self.style.format {
            ExplainFormat::Text => text::lines(&plan, self.style.verbose),
            ExplainFormat::Json => vec![structured::json(&plan, self.style.verbose)],
            ExplainFormat::Xml => vec![structured::xml(&plan, self.style.verbose)],
            ExplainFormat::Yaml => vec![structured::yaml(&plan, self.style.verbose)],
        })
    }
}

/// The rows of EXPLAIN of a statement that is no query, or of none at all (PostgreSQL: `ExplainOneUtility`, and what its formats begin and end with).
pub(super) fn of_no_query(style: ExplainStyle, is_empty: bool) -> Vec<String> {
    let text = match (style.format, is_empty) {
        (ExplainFormat::Json, false) => "[\n  \"Utility Statement\"\n]",
        (ExplainFormat::Json, true) => "[\n]",
        (ExplainFormat::Text, false) => "Utility statements have no plan structure",
        (ExplainFormat::Text, true) => return Vec::new(),
        (ExplainFormat::Xml, false) => {
            "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Utility-Statement />\n</explain>"
        }
        (ExplainFormat::Xml, true) => "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n</explain>",
        (ExplainFormat::Yaml, false) => "- \"Utility Statement\"",
        (ExplainFormat::Yaml, true) => "",
    };
    vec![text.to_owned()]
}

/// The one column of EXPLAIN in that format (PostgreSQL: ExplainResultDesc). The types have the same bytes in both formats of the protocol.
pub(super) fn column(style: ExplainStyle) -> Field<'static> {
    const JSON: u32 = 114;
    const TEXT: u32 = 25;
    const XML: u32 = 142;
    let type_oid = match style.format {
        ExplainFormat::Json => JSON,
        ExplainFormat::Text | ExplainFormat::Yaml => TEXT,
        ExplainFormat::Xml => XML,
    };
    Field { type_oid, ..Field::text(PLAN_COLUMN) }
}

#[cfg(test)]
mod tests {
    use bytes::{BufMut, BytesMut};

    use super::*;

    const ANSWER: &str = r#"[{"Plan": {"Node Type": "Hash Join", "Parallel Aware": false, "Async Capable": false, "Join Type": "Left",
        "Plan Rows": 17, "Output": ["secret"], "Hash Cond": "(c.ssn = '123')", "Plans": [
        {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Parallel Aware": true, "Async Capable": false, "Relation Name": "customers_raw",
         "Schema": "crm", "Alias": "t", "Filter": "(region = 'EMEA')"},
        {"Node Type": "Aggregate", "Strategy": "Hashed", "Partial Mode": "Partial", "Parent Relationship": "Inner", "Parallel Aware": false, "Plans": [
          {"Node Type": "Index Scan", "Parent Relationship": "SubPlan", "Subplan Name": "SubPlan 1", "Scan Direction": "Backward",
           "Parallel Aware": false, "Index Name": "secret_idx", "Relation Name": "customers_raw", "Schema": "hr"}]}]}}]"#;

    fn explanation(format: ExplainFormat, verbose: bool, json: &str) -> Explanation {
        let names = Names::from([(("crm", "customers_raw"), ("shop", "Clients"))]);
        let mut collected = Collected::default();
        let mut row = BytesMut::new();
        row.put_u8(b'D');
        row.put_u32(json.len() as u32 + 10);
        row.put_u16(1);
        row.put_u32(json.len() as u32);
        row.put_slice(json.as_bytes());
        assert!(collected.take(&row));
        Explanation { style: ExplainStyle { format, verbose }, names, collected }
    }

    #[test]
    fn only_the_shape_and_known_names_are_told() {
        let plain = explanation(ExplainFormat::Text, false, ANSWER).rows().unwrap();
        assert_eq!(
            plain,
            [
                "Hash Left Join",
                "  ->  Parallel Seq Scan on \"Clients\"",
                "  ->  Partial HashAggregate",
                "        SubPlan",
                "          ->  Index Scan Backward",
            ]
        );
        let verbose = explanation(ExplainFormat::Text, true, ANSWER).rows().unwrap();
        assert_eq!(verbose[1], "  ->  Parallel Seq Scan on shop.\"Clients\"");
    }

    #[test]
    fn every_format_tells_the_same() {
        for format in [ExplainFormat::Json, ExplainFormat::Xml, ExplainFormat::Yaml] {
            let rows = explanation(format, true, ANSWER).rows().unwrap();
            assert_eq!(rows.len(), 1);
            for secret in ["secret", "ssn", "123", "EMEA", "17", "hr", "customers_raw"] {
                assert!(!rows[0].contains(secret), "{secret}: {}", rows[0]);
            }
            insta::assert_snapshot!(format!("{format:?}"), rows[0]);
        }
    }

    #[test]
    fn json_is_what_it_says() {
        let rows = explanation(ExplainFormat::Json, false, ANSWER).rows().unwrap();
        let read: serde_json::Value = serde_json::from_str(&rows[0]).unwrap();
        assert_eq!(read[0]["Plan"]["Plans"][0]["Relation Name"], "Clients");
        assert_eq!(read[0]["Plan"]["Plans"][0].get("Schema"), None);
    }

    #[test]
    fn an_answer_that_cannot_be_read_tells_nothing() {
        let error = explanation(ExplainFormat::Text, false, "secret").rows().unwrap_err();
        assert!(!format!("{error:?}").contains("secret"));
        let deep = format!("{}{}", r#"[{"Plan": {"Plans": ["#, r#"{"Node Type": "Append", "Plans": ["#.repeat(500));
        assert!(explanation(ExplainFormat::Json, false, &deep).rows().is_err());
    }
}
