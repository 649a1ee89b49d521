//! SQL/JSON.

use crate::parse::syntax::{
    Json, JsonArgument, JsonBehavior, JsonColumn, JsonEncoding, JsonEntry, JsonFormat, JsonPath, JsonQuotes, JsonReturning,
    JsonTable, JsonValue, JsonWrapper, Literal,
};

use super::{Printer, Style};

impl<S: Style> Printer<'_, S> {
    /// An expression of SQL/JSON.
    pub(super) fn json(&mut self, json: &Json) {
        self.push(&json.name().to_ascii_uppercase());
        self.push("(");
        match json {
            Json::Array { elements, absent_on_null, returning } => {
                self.separated(elements, ", ", Self::json_value);
                if !elements.is_empty() {
                    self.on_null(*absent_on_null);
                }
                self.json_returning(returning.as_ref());
            }
            Json::ArrayAggregate { element, order_by, absent_on_null, returning, filter, over } => {
                self.json_value(element);
                self.order_by(order_by);
                self.on_null(*absent_on_null);
                self.json_returning(returning.as_ref());
                self.push(")");
                return self.filter_and_over(filter.as_ref(), over.as_ref());
            }
            Json::ArrayQuery { query, format, returning } => {
                self.query(query);
                self.json_format(*format);
                self.json_returning(returning.as_ref());
            }
            Json::Object { entries, absent_on_null, unique_keys, returning } => {
                self.separated(entries, ", ", Self::json_entry);
                if !entries.is_empty() {
                    self.on_null(*absent_on_null);
                    self.unique_keys(*unique_keys);
                }
                self.json_returning(returning.as_ref());
            }
            Json::ObjectAggregate { entry, absent_on_null, unique_keys, returning, filter, over } => {
                self.json_entry(entry);
                self.on_null(*absent_on_null);
                self.unique_keys(*unique_keys);
                self.json_returning(returning.as_ref());
                self.push(")");
                return self.filter_and_over(filter.as_ref(), over.as_ref());
            }
            Json::Parse { value, unique_keys } => {
                self.json_value(value);
                self.unique_keys(*unique_keys);
            }
            Json::Path(path) => self.json_path(path),
            Json::Scalar(expr) => self.expr(expr),
            Json::Serialize { value, returning } => {
                self.json_value(value);
                self.json_returning(returning.as_ref());
            }
        }
        self.push(")");
    }

    fn json_path(&mut self, path: &JsonPath) {
        let JsonPath { function: _, context, path, passing, returning, wrapper, quotes, on_empty, on_error } = path;
        self.json_value(context);
        self.push(", ");
        self.expr(path);
        self.passing(passing);
        self.json_returning(returning.as_ref());
        self.wrapper_and_quotes(*wrapper, *quotes);
        self.behavior(on_empty.as_ref(), " ON EMPTY");
        self.behavior(on_error.as_ref(), " ON ERROR");
    }

    fn json_value(&mut self, value: &JsonValue) {
        let JsonValue { expr, format } = value;
        self.expr(expr);
        self.json_format(*format);
    }

    fn json_entry(&mut self, entry: &JsonEntry) {
        let JsonEntry { key, value } = entry;
        self.expr(key);
        self.push(" : ");
        self.json_value(value);
    }

    fn json_format(&mut self, format: Option<JsonFormat>) {
        let Some(JsonFormat { encoding }) = format else { return };
        self.push(" FORMAT JSON");
        self.push(match encoding {
            None => "",
            Some(JsonEncoding::Utf8) => " ENCODING UTF8",
            Some(JsonEncoding::Utf16) => " ENCODING UTF16",
            Some(JsonEncoding::Utf32) => " ENCODING UTF32",
        });
    }

    fn json_returning(&mut self, returning: Option<&JsonReturning>) {
        let Some(JsonReturning { target, format }) = returning else { return };
        self.push(" RETURNING ");
        self.type_name(target);
        self.json_format(*format);
    }

    fn on_null(&mut self, absent: bool) {
        self.push(if absent { " ABSENT ON NULL" } else { " NULL ON NULL" });
    }

    fn unique_keys(&mut self, unique: bool) {
        self.push(if unique { " WITH UNIQUE KEYS" } else { "" });
    }

    fn passing(&mut self, arguments: &[JsonArgument]) {
        if arguments.is_empty() {
            return;
        }
        self.push(" PASSING ");
        self.separated(arguments, ", ", |printer, JsonArgument { value, name }| {
            printer.json_value(value);
            printer.push(" AS ");
            printer.ident(name);
        });
    }

    fn wrapper_and_quotes(&mut self, wrapper: Option<JsonWrapper>, quotes: Option<JsonQuotes>) {
        self.push(match wrapper {
            None => "",
            Some(JsonWrapper::Conditional) => " WITH CONDITIONAL WRAPPER",
            Some(JsonWrapper::Unconditional) => " WITH UNCONDITIONAL WRAPPER",
            Some(JsonWrapper::Without) => " WITHOUT WRAPPER",
        });
        self.push(match quotes {
            None => "",
            Some(JsonQuotes::Keep) => " KEEP QUOTES",
            Some(JsonQuotes::Omit) => " OMIT QUOTES",
        });
    }

    fn behavior(&mut self, behavior: Option<&JsonBehavior>, on: &str) {
        let Some(behavior) = behavior else { return };
        self.push(match behavior {
            JsonBehavior::Default(_) => " DEFAULT ",
            JsonBehavior::EmptyArray => " EMPTY ARRAY",
            JsonBehavior::EmptyObject => " EMPTY OBJECT",
            JsonBehavior::Error => " ERROR",
            JsonBehavior::False => " FALSE",
            JsonBehavior::Null => " NULL",
            JsonBehavior::True => " TRUE",
            JsonBehavior::Unknown => " UNKNOWN",
        });
        if let JsonBehavior::Default(expr) = behavior {
            self.expr(expr);
        }
        self.push(on);
    }

    /// `JSON_TABLE(…)`
    pub(super) fn json_table(&mut self, table: &JsonTable) {
        let JsonTable { context, path, path_name, passing, columns, on_error } = table;
        self.push("JSON_TABLE(");
        self.json_value(context);
        self.push(", ");
        self.constant(path);
        if let Some(name) = path_name {
            self.push(" AS ");
            self.ident(name);
        }
        self.passing(passing);
        self.json_columns(columns);
        self.behavior(on_error.as_ref(), " ON ERROR");
        self.push(")");
    }

    fn json_columns(&mut self, columns: &[JsonColumn]) {
        self.push(" COLUMNS (");
        self.separated(columns, ", ", Self::json_column);
        self.push(")");
    }

    fn json_column(&mut self, column: &JsonColumn) {
        match column {
            JsonColumn::Exists { name, target, path, on_error } => {
                self.ident(name);
                self.push(" ");
                self.type_name(target);
                self.push(" EXISTS");
                self.column_path(path.as_deref());
                self.behavior(on_error.as_ref(), " ON ERROR");
            }
            JsonColumn::Nested { path, path_name, columns } => {
                self.push("NESTED PATH ");
                self.constant(path);
                if let Some(name) = path_name {
                    self.push(" AS ");
                    self.ident(name);
                }
                self.json_columns(columns);
            }
            JsonColumn::Ordinality(name) => {
                self.ident(name);
                self.push(" FOR ORDINALITY");
            }
            JsonColumn::Value { name, target, format, path, wrapper, quotes, on_empty, on_error } => {
                self.ident(name);
                self.push(" ");
                self.type_name(target);
                self.json_format(*format);
                self.column_path(path.as_deref());
                self.wrapper_and_quotes(*wrapper, *quotes);
                self.behavior(on_empty.as_ref(), " ON EMPTY");
                self.behavior(on_error.as_ref(), " ON ERROR");
            }
        }
    }

    fn column_path(&mut self, path: Option<&str>) {
        if let Some(path) = path {
            self.push(" PATH ");
            self.constant(path);
        }
    }

    fn constant(&mut self, text: &str) {
        let text = self.style.literal(&Literal::Text(text.to_owned()));
        self.push(&text);
    }
}
