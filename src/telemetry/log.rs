//! The log: format and level, always to standard error, so that standard output stays the command's own.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object per line, for collectors.
    Json,
}

/// What is worth a line. The libraries under the gate never speak below `Warn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The process has a log already.
#[derive(Debug, thiserror::Error)]
#[error("start the log")]
pub struct LogError(#[from] tracing_subscriber::util::TryInitError);

/// Starts the log of the process. Once; before it, and without it, lines go nowhere.
///
/// # Errors
/// When it was started before.
pub fn init(format: Format, level: Level) -> Result<(), LogError> {
    Ok(subscriber(format, level, io::stderr).try_init()?)
}

fn subscriber<W>(format: Format, level: Level, writer: W) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter(level))).with_writer(writer);
    match format {
        Format::Text => Box::new(builder.with_ansi(false).finish()),
        Format::Json => Box::new(builder.json().flatten_event(true).finish()),
    }
}

/// Libraries are kept at `warn`: at `debug`, some of them print the messages that they carry.
const fn filter(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "warn,postern=info",
        Level::Debug => "warn,postern=debug",
        Level::Trace => "warn,postern=trace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log(format: Format, level: Level, events: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing::subscriber::with_default(subscriber(format, level, move || writer.clone()), events);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_json_line_is_one_object_with_the_fields_of_the_event() {
        let text = log(Format::Json, Level::Info, || tracing::info!(target: "postern::session", session = 7, "statement denied"));
        let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!((&line["message"], &line["session"], &line["level"]), (&"statement denied".into(), &7.into(), &"INFO".into()));
    }

    #[test]
    fn libraries_do_not_speak_below_warn_whatever_the_level() {
        let text = log(Format::Text, Level::Trace, || {
            tracing::debug!(target: "tokio_postgres::query", "SELECT secret");
            tracing::warn!(target: "rustls::conn", "odd");
            tracing::trace!(target: "postern::wire", "ours");
        });
        assert!(!text.contains("secret") && text.contains("odd") && text.contains("ours"), "{text}");
    }

    #[test]
    fn what_is_below_the_level_is_left_out() {
        let text = log(Format::Text, Level::Info, || {
            tracing::debug!(target: "postern::session", "small talk");
            tracing::error!(target: "postern::audit", "journal failed");
        });
        assert!(!text.contains("small talk") && text.contains("journal failed"), "{text}");
    }
}
