//! What is shown while the demo is made: one moving line on a terminal, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::output::complain;

/// Steps of a known or unknown number.
#[derive(Debug)]
pub(super) struct Progress {
    /// `None` when nobody watches: then each step is a line.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// On standard error.
    pub(super) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            // A style that does not parse leaves the default one.
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos:>2}/{len:2} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar }
    }

    /// More steps are known.
    pub(super) fn expect(&self, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.inc_length(u64::try_from(steps).unwrap_or(0));
        }
    }

    /// A step begins.
    pub(super) fn step(&mut self, name: &str) {
        match &self.bar {
            Some(bar) => {
                if bar.position() >= bar.length().unwrap_or(0) {
                    bar.inc_length(1);
                }
                bar.inc(1);
                bar.set_message(name.to_owned());
            }
            None => complain(&format!("· {name}")),
        }
    }

    /// All is done; the line goes away.
    pub(super) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}
