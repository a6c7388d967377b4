//! Everything the user sees: results, warnings, progress and failures.

use std::{
    fmt::Display,
    io::{ErrorKind, IsTerminal as _, Write as _},
    sync::Mutex,
    time::{Duration, Instant},
};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::failure::{Failure, Kind};

/// Ticks of the progress bar; more than a bar has cells.
const TICKS: u64 = 1000;

/// How to speak to whoever started the process.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    json: bool,
    quiet: bool,
}

impl Terminal {
    /// Also sends the library's warnings to stderr, unless `quiet` or `json` forbids it.
    pub fn new(json: bool, quiet: bool) -> Self {
        if !quiet && !json && log::set_logger(&WARNINGS).is_ok() {
            log::set_max_level(log::LevelFilter::Warn);
        }
        Self { json, quiet }
    }

    /// Writes a result: the lines for a person, or the object for a script.
    pub fn result(&self, lines: impl Display, object: &Value) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        let written = match (self.json, self.quiet) {
            (true, _) => writeln!(stdout, "{object}"),
            (false, false) => writeln!(stdout, "{lines}"),
            (false, true) => Ok(()),
        };
        match written.and_then(|()| stdout.flush()) {
            // Whoever closed the pipe does not want to read on; that is no failure of the work.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
                Kind::Output,
                format!("the result cannot be written to stdout: {error}"),
                "send it somewhere that has room; files that the command names are written",
            )),
            _ => Ok(()),
        }
    }

    /// Writes a note beside the result. Scripts find the same in the JSON object.
    pub fn note(&self, line: impl Display) {
        if !self.json && !self.quiet {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    pub fn failure(&self, failure: &Failure) {
        if self.json {
            let _ = writeln!(std::io::stdout(), "{}", failure.to_json());
        } else {
            self.error(&failure.message, &failure.next_step);
        }
    }

    /// Tells of an error, also of one that ends nothing. Scripts find the same in the JSON object.
    pub fn error(&self, message: &str, next_step: &str) {
        if self.json {
            return;
        }
        let mut stderr = std::io::stderr().lock();
        let _ = writeln!(stderr, "error: {message}");
        if !next_step.is_empty() {
            let _ = writeln!(stderr, " next: {next_step}");
        }
    }

    /// A progress bar on a terminal; in a pipe, with `--json` or with `--quiet` it draws nothing.
    pub fn progress(&self, label: String) -> Progress {
        let shown = !self.json && !self.quiet && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(TICKS), target);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:32}] {percent:>3}% {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(label);
        if shown {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Progress { bar }
    }

    /// Counts `total` files as they are done.
    pub fn counter(&self, total: usize) -> Counter {
        let terminal = std::io::stderr().is_terminal();
        let shown = !self.json && !self.quiet;
        let target = if shown && terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        if let Ok(style) = ProgressStyle::with_template("[{bar:32}] {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        let now = Instant::now();
        let state = Mutex::new(Counted { start: now, last_line: now, made: 0, kept: 0, failed: 0 });
        Counter { bar, log: shown && !terminal, total, state }
    }
}

/// How often a log gets a line of progress.
const LOG_INTERVAL: Duration = Duration::from_secs(15);

/// Progress of many files: a bar with the time left on a terminal, a line now and then in a log.
pub struct Counter {
    bar: ProgressBar,
    log: bool,
    total: usize,
    state: Mutex<Counted>,
}

/// What a [`Counter`] has seen.
struct Counted {
    start: Instant,
    last_line: Instant,
    made: usize,
    kept: usize,
    failed: usize,
}

impl Counter {
    /// Counts files that were made, that were there already, and that could not be made.
    pub fn add(&self, made: usize, kept: usize, failed: usize) {
        let Ok(mut state) = self.state.lock() else { return };
        state.made += made;
        state.kept += kept;
        state.failed += failed;
        let done = state.made + state.kept + state.failed;
        // Files that were there already took no time and say nothing of the others.
        let worked = state.made + state.failed;
        let left = (worked > 0).then(|| {
            let seconds = state.start.elapsed().as_secs_f64() / worked as f64 * self.total.saturating_sub(done) as f64;
            Duration::from_secs(seconds.ceil() as u64)
        });
        let failed = if state.failed > 0 { format!(", {} failed", state.failed) } else { String::new() };
        let left = left.map(|left| format!(", {} left", HumanDuration(left))).unwrap_or_default();
        self.bar.set_position(done as u64);
        self.bar.set_message(format!("{done} of {}{failed}{left}", self.total));
        if self.log && state.last_line.elapsed() >= LOG_INTERVAL && done < self.total {
            state.last_line = Instant::now();
            let _ = writeln!(std::io::stderr(), "{done} of {}{failed}{left}", self.total);
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A running progress bar; it vanishes when dropped.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows `share` (0 to 1) as done.
    pub fn show(&self, share: f32) {
        self.bar.set_position((share.clamp(0.0, 1.0) * TICKS as f32) as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Prints warnings of the library. Those of ONNX Runtime itself are for its developers; its errors are not.
struct Warnings;

static WARNINGS: Warnings = Warnings;

impl log::Log for Warnings {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        let least = if metadata.target() == "onnxruntime" { log::Level::Error } else { log::Level::Warn };
        metadata.level() <= least && (metadata.target() == "onnxruntime" || metadata.target().starts_with("ropar"))
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let _ = writeln!(std::io::stderr(), "warning: {}", record.args());
        }
    }

    fn flush(&self) {}
}
