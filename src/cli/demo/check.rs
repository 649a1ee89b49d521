//! The tour without anybody watching: every answer as it should be, every statement on record, the log whole.

use std::path::Path;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::configuration::{Configuration, Secrets};
use super::guide::{Stage, show};
use super::people::Who;
use super::postgres::Postgres;
use super::programs::Programs;
use super::psql::{self, Said};
use super::tour::{Stop, TOUR, Wanted};
use super::warehouse;
use crate::audit::{self, DecisionFilter, RecordFormat, SearchFilter};

/// Runs the tour and asks the admin listener. True when everything is as it should be.
///
/// # Errors
/// psql, the warehouse or the admin listener cannot be asked.
pub(super) async fn run(
    stage: &Stage<'_>,
    programs: &Programs,
    postgres: &Postgres,
    secrets: &Secrets,
) -> Result<bool, anyhow::Error> {
    let program = programs.psql()?;
    let mut right = 0;
    for stop in TOUR {
        let said = psql::run(program, stage, stop.who, stop.input).await?;
        let expected = match stop.wanted {
            Wanted::Same(sql) => warehouse::ask(postgres, secrets, sql).await?,
            Wanted::Lines { count: _, has: _, lacks: _ } | Wanted::Refused(_, _) | Wanted::Recovers(_, _) => String::new(),
        };
        right += usize::from(tell(stop, judge(&stop.wanted, &said, &expected)));
    }
    right += usize::from(wrong_password(program, stage).await?);
    let admin = admin(stage).await?;
    show(&format!("tour: {right} of {} as they should be", TOUR.len() + 1));
    Ok(right == TOUR.len() + 1 && admin)
}

/// Prints one line, and what differs.
fn tell(stop: &Stop, difference: Option<String>) -> bool {
    let shown = stop.input.replace('\n', " ");
    let user = stop.who.user();
    match difference {
        None => show(&format!("ok       {user}: {shown}")),
        Some(ref difference) => show(&format!("DIFFERS  {user}: {shown}\n{difference}")),
    }
    difference.is_none()
}

/// What differs from what is wanted.
fn judge(wanted: &Wanted, said: &Said, expected: &str) -> Option<String> {
    let as_wanted = match wanted {
        Wanted::Same(_) => said.err.is_empty() && said.out == expected,
        Wanted::Lines { count, has, lacks } => {
            said.err.is_empty()
                && said.out.lines().count() == *count
                && has.iter().all(|text| said.out.contains(text))
                && !lacks.iter().any(|text| said.out.contains(text))
        }
        Wanted::Refused(sqlstate, text) => {
            said.out.lines().all(|line| line == "1") && is_error(&said.err, sqlstate) && said.err.contains(text)
        }
        Wanted::Recovers(sqlstate, last) => is_error(&said.err, sqlstate) && said.out.ends_with(last),
    };
    let wish = match wanted {
        Wanted::Same(_) => expected.to_owned(),
        Wanted::Lines { count, has, lacks } => format!("{count} lines with {has:?} and without {lacks:?}"),
        Wanted::Refused(sqlstate, text) => format!("ERROR:  {sqlstate}: … {text}"),
        Wanted::Recovers(sqlstate, last) => format!("ERROR:  {sqlstate}: … and then {last}"),
    };
    (!as_wanted).then(|| format!("  wanted: {wish}\n  rows:   {}\n  errors: {}", said.out, said.err))
}

fn is_error(report: &str, sqlstate: &str) -> bool {
    report.contains(&format!("ERROR:  {sqlstate}:"))
}

/// A wrong password is refused in PostgreSQL's words.
async fn wrong_password(program: &Path, stage: &Stage<'_>) -> Result<bool, anyhow::Error> {
    let said = psql::run_with(program, &stage.connection(Who::Jane), "not-the-password", "SELECT 1;").await?;
    let right = said.out.is_empty() && said.err.contains("password authentication failed for user \"jane@acme.example\"");
    show(&format!("{}  {}: a wrong password", if right { "ok     " } else { "DIFFERS" }, Who::Jane.user()));
    if !right {
        show(&format!("  rows:   {}\n  errors: {}", said.out, said.err));
    }
    Ok(right)
}

/// The gate is ready, and its metrics have counted.
async fn admin(stage: &Stage<'_>) -> Result<bool, anyhow::Error> {
    let address = stage.admin.context("the demo's gate has no admin listener")?;
    let mut right = true;
    for (path, wanted) in [
        ("/readyz", "\"ready\":true"),
        ("/metrics", "postern_denials_total{code=\"column_hidden\"} 2\n"),
        ("/metrics", "postern_witness_disagreements_total{kind=\"differs\"} 0\n"),
    ] {
        let mut stream = TcpStream::connect(address).await.context("connect to the admin listener")?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.context("ask the admin listener")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.context("read from the admin listener")?;
        let fits = answer.contains(wanted);
        show(&format!("{}  {path}: {}", if fits { "ok     " } else { "DIFFERS" }, wanted.trim_end()));
        right &= fits;
    }
    Ok(right)
}

/// Every statement of the tour is on record, and the log is what was written. After the gate has ended.
///
/// # Errors
/// The log cannot be read.
pub(super) fn records(configuration: &Configuration) -> Result<bool, anyhow::Error> {
    let dir = configuration.audit();
    let report = audit::verify(&dir).context("verify the audit log")?;
    let whole = !report.logs.is_empty() && report.logs.iter().all(|log| log.ok);
    show(&format!("{}  audit log: what was written is there", if whole { "ok     " } else { "DIFFERS" }));
    let mut right = whole;
    for who in [Who::Jane, Who::Noor] {
        for decision in [DecisionFilter::Allowed, DecisionFilter::Denied] {
            let refused = decision == DecisionFilter::Denied;
            let wanted = TOUR.iter().filter(|stop| stop.who == who && stop.is_refused() == refused).count();
            let found = found(&dir, who, decision)?;
            let enough = found >= wanted;
            let word = if refused { "refused" } else { "allowed" };
            show(&format!(
                "{}  audit log: {found} {word} statements of {}",
                if enough { "ok     " } else { "DIFFERS" },
                who.user()
            ));
            right &= enough;
        }
    }
    Ok(right)
}

/// Lines of the log.
fn found(dir: &Path, who: Who, decision: DecisionFilter) -> Result<usize, anyhow::Error> {
    let filter = SearchFilter { person: Some(who.user().to_owned()), decision: Some(decision), ..SearchFilter::default() };
    let mut lines = Vec::new();
    let end = audit::search(dir, &filter, RecordFormat::Text, &mut lines).context("search the audit log")?;
    ensure!(end.damage.is_empty(), "the audit log is damaged");
    Ok(lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(out: &str, err: &str) -> Said {
        Said { out: out.to_owned(), err: err.to_owned() }
    }

    #[test]
    fn an_answer_is_judged_by_what_it_holds_and_what_it_lacks() {
        let lines = Wanted::Lines { count: 1, has: &["@masked.invalid"], lacks: &[".example"] };
        assert!(judge(&lines, &said("1|ab@masked.invalid", ""), "").is_none());
        for wrong in ["1|ab@masked.invalid\n2|cd@masked.invalid", "1|jane@mail.example", "", "@masked.invalid .example"] {
            assert!(judge(&lines, &said(wrong, ""), "").is_some(), "{wrong}");
        }
        assert!(judge(&Wanted::Same("…"), &said("5", ""), "5").is_none());
        assert!(judge(&Wanted::Same("…"), &said("5", "ERROR:  XX000: odd"), "5").is_some());
        assert!(judge(&Wanted::Same("…"), &said("5", ""), "6").is_some());
    }

    #[test]
    fn a_refusal_shows_no_row_and_the_right_code() {
        let refused = Wanted::Refused("42703", "\"ssn\"");
        assert!(judge(&refused, &said("", "psql:<stdin>:1: ERROR:  42703: column \"ssn\" does not exist"), "").is_none());
        assert!(judge(&refused, &said("", "ERROR:  42501: column \"ssn\" is hidden"), "").is_some());
        assert!(judge(&refused, &said("123-45-6789", "ERROR:  42703: column \"ssn\" does not exist"), "").is_some());
    }
}
