//! Statements that wrap a query, and the commands that the gate answers itself.

use crate::base::{quote_ident, quote_literal};
use crate::parse::syntax::{
    Command, CopyFormat, CopyOption, CopyOut, CopySource, CursorOptions, Declare, Discard, Explain, ExplainOption, Explained,
    Expr, Fetch, FetchDirection, Ident, Lock, Locked, QualifiedName, SettingName, SettingValue, Statement, TransactionModes,
};

use super::{Printer, Style};

impl<S: Style> Printer<'_, S> {
    /// Any statement.
    pub(super) fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Command(command) => self.command(command),
            Statement::Query(query) => self.whole_query(query),
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Begin(begin) => self.modes(if begin.start { "START TRANSACTION" } else { "BEGIN" }, &begin.modes),
            Command::Close(name) => self.named_or_all("CLOSE", name.as_ref().map(|name| name.name.as_str())),
            Command::Commit { chain } => self.push(if *chain { "COMMIT AND CHAIN" } else { "COMMIT" }),
            Command::Copy(copy) => self.copy(copy),
            Command::Deallocate(name) => self.named_or_all("DEALLOCATE", name.as_ref().map(|name| name.name.as_str())),
            Command::Declare(declare) => self.declare(declare),
            Command::Discard(what) => self.push(match what {
                Discard::All => "DISCARD ALL",
                Discard::Plans => "DISCARD PLANS",
                Discard::Sequences => "DISCARD SEQUENCES",
                Discard::Temp => "DISCARD TEMP",
            }),
            Command::Execute { name, arguments } => self.execute(name, arguments),
            Command::Explain(explain) => self.explain(explain),
            // What it explains is not read with it.
            Command::ExplainPolicy(_) => self.push("EXPLAIN POLICY"),
            Command::Fetch(fetch) => self.fetch(fetch),
            Command::Lock(lock) => self.lock(lock),
            Command::Prepare { name, types, query } => {
                self.push("PREPARE ");
                self.ident(name);
                if !types.is_empty() {
                    self.push(" (");
                    self.separated(types, ", ", Self::type_name);
                    self.push(")");
                }
                self.push(" AS ");
                self.whole_query(query);
            }
            Command::Release(name) => self.push(&format!("RELEASE SAVEPOINT {}", quote_ident(&name.name))),
            Command::Reset(name) => self.setting("RESET", name.as_ref()),
            Command::Rollback { chain } => self.push(if *chain { "ROLLBACK AND CHAIN" } else { "ROLLBACK" }),
            Command::RollbackTo(name) => self.push(&format!("ROLLBACK TO SAVEPOINT {}", quote_ident(&name.name))),
            Command::Savepoint(name) => self.push(&format!("SAVEPOINT {}", quote_ident(&name.name))),
            Command::Set { local, name: _, value: SettingValue::Offset { text, fields, zone: _ } } => {
                self.push(if *local { "SET LOCAL TIME ZONE INTERVAL " } else { "SET TIME ZONE INTERVAL " });
                self.push(&quote_literal(text));
                self.push(if *fields { " HOUR TO MINUTE" } else { "" });
            }
            Command::Set { local, name, value } => {
                self.push(if *local { "SET LOCAL " } else { "SET " });
                self.push(&setting_name(name));
                match value {
                    SettingValue::Default => self.push(" TO DEFAULT"),
                    SettingValue::List(values) => {
                        let list: Vec<String> = values.iter().map(|value| quote_literal(value)).collect();
                        self.push(&format!(" TO {}", list.join(", ")));
                    }
                    SettingValue::Offset { text: _, fields: _, zone } => self.push(&format!(" TO {}", quote_literal(zone))),
                }
            }
            Command::SetCharacteristics(modes) => self.modes("SET SESSION CHARACTERISTICS AS TRANSACTION", modes),
            Command::SetTransaction(modes) => self.modes("SET TRANSACTION", modes),
            Command::Show(name) => self.setting("SHOW", name.as_ref()),
            Command::Unlisten(name) => match name {
                Some(name) => self.push(&format!("UNLISTEN {}", quote_ident(&name.name))),
                None => self.push("UNLISTEN *"),
            },
        }
    }

    fn lock(&mut self, lock: &Lock) {
        let Lock { relations, nowait } = lock;
        let part = |name: &QualifiedName| name.iter().map(|part| quote_ident(&part.name)).collect::<Vec<_>>().join(".");
        let relation = |locked: &Locked| format!("{}{}", if locked.only { "ONLY " } else { "" }, part(&locked.name));
        let relations: Vec<String> = relations.iter().map(relation).collect();
        self.push(&format!("LOCK TABLE {} IN ACCESS SHARE MODE", relations.join(", ")));
        self.push(if *nowait { " NOWAIT" } else { "" });
    }

    fn named_or_all(&mut self, verb: &str, name: Option<&str>) {
        let what = name.map_or_else(|| "ALL".to_owned(), quote_ident);
        self.push(&format!("{verb} {what}"));
    }

    fn setting(&mut self, verb: &str, name: Option<&SettingName>) {
        let what = name.map_or_else(|| "ALL".to_owned(), setting_name);
        self.push(&format!("{verb} {what}"));
    }

    fn modes(&mut self, verb: &str, modes: &TransactionModes) {
        let TransactionModes { isolation, read_only, deferrable } = modes;
        let isolation = isolation.map(|level| format!("ISOLATION LEVEL {}", level.as_str().to_ascii_uppercase()));
        let access = read_only.map(|read_only| if read_only { "READ ONLY" } else { "READ WRITE" }.to_owned());
        let deferrable = deferrable.map(|deferrable| if deferrable { "DEFERRABLE" } else { "NOT DEFERRABLE" }.to_owned());
        let modes: Vec<String> = isolation.into_iter().chain(access).chain(deferrable).collect();
        self.push(verb);
        if !modes.is_empty() {
            self.push(" ");
            self.push(&modes.join(", "));
        }
    }

    fn declare(&mut self, declare: &Declare) {
        let Declare { name, options: CursorOptions { binary, insensitive, scroll, hold }, query } = declare;
        self.push("DECLARE ");
        self.ident(name);
        self.push(if *binary { " BINARY" } else { "" });
        self.push(match insensitive {
            None => "",
            Some(true) => " INSENSITIVE",
            Some(false) => " ASENSITIVE",
        });
        self.push(match scroll {
            None => "",
            Some(true) => " SCROLL",
            Some(false) => " NO SCROLL",
        });
        self.push(if *hold { " CURSOR WITH HOLD FOR " } else { " CURSOR FOR " });
        self.whole_query(query);
    }

    fn fetch(&mut self, fetch: &Fetch) {
        let Fetch { moves, direction, cursor } = fetch;
        let direction = match direction {
            FetchDirection::Absolute(place) => format!("ABSOLUTE {place}"),
            FetchDirection::Backward(Some(count)) => format!("BACKWARD {count}"),
            FetchDirection::Backward(None) => "BACKWARD ALL".to_owned(),
            FetchDirection::Forward(Some(count)) => format!("FORWARD {count}"),
            FetchDirection::Forward(None) => "FORWARD ALL".to_owned(),
            FetchDirection::Relative(offset) => format!("RELATIVE {offset}"),
        };
        let verb = if *moves { "MOVE" } else { "FETCH" };
        self.push(&format!("{verb} {direction} FROM {}", quote_ident(&cursor.name)));
    }

    fn explain(&mut self, explain: &Explain) {
        let Explain { options, of } = explain;
        let option = |ExplainOption { name, value }: &ExplainOption| match value {
            // A number in quotes would be a string, which no option takes for a number.
            Some(value) if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() => {
                format!("{} {value}", quote_ident(&name.name))
            }
            Some(value) => format!("{} {}", quote_ident(&name.name), quote_literal(value)),
            None => quote_ident(&name.name),
        };
        self.push("EXPLAIN ");
        if !options.is_empty() {
            self.push(&format!("({}) ", options.iter().map(option).collect::<Vec<_>>().join(", ")));
        }
        match of {
            Explained::Execute { name, arguments } => self.execute(name, arguments),
            Explained::Query(query) => self.query(query),
        }
    }

    fn execute(&mut self, name: &Ident, arguments: &[Expr]) {
        self.push("EXECUTE ");
        self.ident(name);
        if !arguments.is_empty() {
            self.push(" (");
            self.exprs(arguments);
            self.push(")");
        }
    }

    fn copy(&mut self, copy: &CopyOut) {
        let CopyOut { source, options } = copy;
        self.push("COPY ");
        match source {
            CopySource::Query(query) => {
                self.push("(");
                self.whole_query(query);
                self.push(")");
            }
            CopySource::Relation { name, columns, at: _ } => {
                self.name(name);
                if !columns.is_empty() {
                    self.push(" ");
                    self.idents(columns);
                }
            }
        }
        self.push(" TO STDOUT");
        if !options.is_empty() {
            self.push(" WITH (");
            self.separated(options, ", ", Self::copy_option);
            self.push(")");
        }
    }

    fn copy_option(&mut self, option: &CopyOption) {
        match option {
            CopyOption::Delimiter(text) => self.push(&format!("DELIMITER {}", quote_literal(text))),
            CopyOption::Encoding(text) => self.push(&format!("ENCODING {}", quote_literal(text))),
            CopyOption::Escape(text) => self.push(&format!("ESCAPE {}", quote_literal(text))),
            CopyOption::ForceQuote(None) => self.push("FORCE_QUOTE *"),
            CopyOption::ForceQuote(Some(columns)) => {
                self.push("FORCE_QUOTE ");
                self.idents(columns);
            }
            CopyOption::Format(format) => self.push(match format {
                CopyFormat::Binary => "FORMAT binary",
                CopyFormat::Csv => "FORMAT csv",
                CopyFormat::Text => "FORMAT text",
            }),
            CopyOption::Header(on) => self.push(if *on { "HEADER true" } else { "HEADER false" }),
            CopyOption::Null(text) => self.push(&format!("NULL {}", quote_literal(text))),
            CopyOption::Quote(text) => self.push(&format!("QUOTE {}", quote_literal(text))),
        }
    }
}

/// A setting's name: its parts quoted, the dot between them kept.
fn setting_name(name: &SettingName) -> String {
    name.name.split('.').map(quote_ident).collect::<Vec<_>>().join(".")
}
