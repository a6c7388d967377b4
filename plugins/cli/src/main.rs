//! `ropar`: text to motion on the command line.
//!
//! Results go to stdout, everything else (progress, warnings, errors) to stderr; with `--json` both results and errors
//! are one JSON object on stdout. A failure is one line and a `next:` line, and its kind is the exit code
//! (`docs/command-line.md`).

mod arguments;
mod batch;
mod commands;
mod failure;
mod interrupt;
mod metadata;
mod output;
mod terminal;
mod user_folder;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::{
    arguments::{Arguments, Command},
    failure::Failure,
    terminal::Terminal,
};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let terminal = Terminal::new(arguments.json, arguments.quiet);
    match run(&arguments.command, &terminal) {
        Ok(code) => code,
        Err(failure) => {
            terminal.failure(&failure);
            failure.exit_code()
        }
    }
}

fn run(command: &Command, terminal: &Terminal) -> Result<ExitCode, Failure> {
    match command {
        Command::Batch(arguments) => return batch::run(arguments, terminal),
        Command::Generate(arguments) => commands::generate::run(arguments, terminal),
        Command::Edit(arguments) => commands::edit::run(arguments, terminal),
        Command::Convert(arguments) => commands::convert::run(arguments, terminal),
        Command::Inspect(arguments) => commands::inspect::run(arguments, terminal),
        Command::Retarget(arguments) => commands::retarget::run(arguments, terminal),
        Command::Map(arguments) => commands::map::run(arguments, terminal),
        Command::Info(arguments) => commands::info::run(arguments, terminal),
        Command::Setup(arguments) => commands::setup::run(arguments, terminal),
        Command::Completions(arguments) => commands::completions::run(arguments, Arguments::command()),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Help and version are no failures; anything else is a usage error, in JSON where a script asked for it.
fn usage(error: &clap::Error) -> ExitCode {
    let asked_for_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && asked_for_json {
        let message = error.to_string();
        let first_line = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let failure = Failure::usage(first_line, "see `ropar --help`");
        Terminal::new(true, false).failure(&failure);
        return failure.exit_code();
    }
    // A closed pipe is no reason to fail louder.
    let _ = error.print();
    if error.use_stderr() { failure::Kind::Usage.exit_code() } else { ExitCode::SUCCESS }
}
