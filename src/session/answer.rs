//! Rows that the gate answers by itself, and how many of them an Execute asks for.

use std::collections::VecDeque;

use crate::audit::Credit;
use crate::base::{Encoding, UserError};
use crate::enforce::ExplainStyle;
use crate::wire::{Backend, Field};

use super::conversation::{Session, Via};
use super::ending::{Ending, Stop};
use super::explain;
use super::prepared::PortalKind;

/// A row of texts; `None` is NULL.
pub(super) type Row = Vec<Option<String>>;

/// The columns of EXPLAIN POLICY.
pub(super) const POLICY_COLUMNS: [&str; 1] = ["POLICY"];

/// How a command of the gate's own ended.
#[derive(Debug)]
pub(super) enum Answer {
    Rows(Rows),
    /// Its tag.
    Tag(String),
}

/// Rows that wait to be told.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub columns: Vec<String>,
    pub rows: VecDeque<Row>,
    pub tag: RowsTag,
    pub values: Values,
}

/// What all columns of an answer are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values {
    /// In the format that was asked for.
    Booleans,
    Plan(ExplainStyle),
    Texts,
}

/// The tag behind the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowsTag {
    Explain,
    /// With the number of rows.
    Select,
    Show,
}

impl Answer {
    /// The tag, for the record.
    pub(super) fn tag(&self) -> String {
        match self {
            Self::Rows(rows) => rows.tag.text(rows.rows.len()),
            Self::Tag(tag) => tag.clone(),
        }
    }

    /// Whether its rows can be said in the client's encoding.
    ///
    /// # Errors
    /// 22P05.
    pub(super) fn check_rows(&self, encoding: Encoding) -> Result<(), UserError> {
        match self {
            Self::Rows(rows) => rows.rows.iter().flatten().flatten().try_for_each(|text| encoding.encode(text).map(drop)),
            Self::Tag(_) => Ok(()),
        }
    }

    /// What of it is rows, and their bytes: all that may leave through the portal, at once or later.
    pub(super) fn credit(&self) -> Credit {
        match self {
            Self::Rows(rows) => {
                let values = rows.rows.iter().flatten().flatten();
                Credit { rows: rows.count(), bytes: values.map(|value| value.len() as u64).sum() }
            }
            Self::Tag(_) => Credit::default(),
        }
    }
}

impl Rows {
    pub(super) fn count(&self) -> u64 {
        self.rows.len() as u64
    }
}

impl RowsTag {
    fn text(self, count: usize) -> String {
        match self {
            Self::Explain => "EXPLAIN".to_owned(),
            Self::Select => format!("SELECT {count}"),
            Self::Show => "SHOW".to_owned(),
        }
    }
}

impl Session {
    /// The error in the place of an answer that cannot be said in the client's encoding, behind the description of its columns where that comes first.
    ///
    /// # Errors
    /// 22P05.
    pub(super) fn check_answer(&mut self, answer: Answer, via: Via) -> Result<Answer, Stop> {
        let encoding = self.client.encoding();
        if let (Answer::Rows(rows), Via::Simple) = (&answer, via) {
            rows.columns.iter().try_for_each(|name| encoding.encode(name).map(drop)).map_err(Stop::statement)?;
            if answer.check_rows(encoding).is_err() {
                self.describe_rows(rows)?;
            }
        }
        answer.check_rows(encoding).map_err(Stop::statement)?;
        Ok(answer)
    }

    fn describe_rows(&mut self, rows: &Rows) -> Result<(), Ending> {
        let mut fields: Vec<Field<'_>> = Vec::new();
        for name in &rows.columns {
            fields.push(match rows.values {
                Values::Booleans => Field::boolean(name),
                Values::Plan(style) => explain::column(style),
                Values::Texts => Field::text(name),
            });
        }
        self.client.queue(&Backend::RowDescription(&fields)).map_err(Ending::from)
    }

    /// Tells the answer; `portal` and the rows that it may give belong to the extended protocol.
    pub(super) fn answer(&mut self, answer: Answer, via: Via, portal: &str, max_rows: u32) -> Result<(), Ending> {
        match answer {
            Answer::Tag(tag) => self.complete(&tag),
            Answer::Rows(mut rows) => match via {
                Via::Simple => {
                    self.describe_rows(&rows)?;
                    self.tell_rows(&mut rows, 0)
                }
                Via::Extended => {
                    self.tell_rows(&mut rows, max_rows)?;
                    if let Some(portal) = self.model.portals.find_mut(portal)
                        && let PortalKind::Bound(bound) = &mut portal.kind
                    {
                        bound.left = Some(rows);
                    }
                    Ok(())
                }
            },
        }
    }

    /// What is left of a portal's rows, when it was executed before.
    pub(super) fn answer_rest(&mut self, portal: &str, max_rows: u32) -> Option<Result<(), Stop>> {
        let PortalKind::Bound(bound) = &mut self.model.portals.find_mut(portal)?.kind else { return None };
        let rows = bound.left.take()?;
        Some(self.answer(Answer::Rows(rows), Via::Extended, portal, max_rows).map_err(Stop::from))
    }

    /// As PostgreSQL: a portal that gave as many rows as were asked for is suspended, were they the last ones (`PortalRunSelect`).
    fn tell_rows(&mut self, rows: &mut Rows, max_rows: u32) -> Result<(), Ending> {
        let wanted = usize::try_from(max_rows).unwrap_or(usize::MAX);
        let count = if wanted == 0 { rows.rows.len() } else { wanted.min(rows.rows.len()) };
        for row in rows.rows.drain(..count) {
            let values: Vec<Option<&str>> = row.iter().map(Option::as_deref).collect();
            self.client.queue(&Backend::DataRow(&values))?;
        }
        match wanted > 0 && count == wanted {
            true => self.client.queue(&Backend::PortalSuspended).map_err(Ending::from),
            false => self.complete(&rows.tag.text(count)),
        }
    }
}
