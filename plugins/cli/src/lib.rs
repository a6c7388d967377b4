//! `ropar`: text to motion on the command line. A library, so that other launchers (`python -m ropar`) are the same program.
//!
//! Results go to stdout, everything else (progress, warnings, errors) to stderr; with `--json` both results and errors
//! are one JSON object on stdout. A failure is one line and a `next:` line, and its kind is the exit code
//! (`docs/command-line.md`).

mod arguments;
mod batch;
mod commands;
mod failure;
mod guard;
mod installation;
mod interrupt;
mod limits;
mod output;
mod takes;
mod terminal;
mod text_file;
mod usage;
mod user_folder;

use std::{ffi::OsString, path::PathBuf};

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};

use crate::{
    arguments::{Arguments, Command},
    failure::{Failure, Kind},
    terminal::Terminal,
};

/// The whole program: `words` begin with its own name, the answer is the exit code.
///
/// `folders` are searched for the model package and the ONNX Runtime library besides the program's own places; the first
/// call in a process settles them.
pub fn run(words: Vec<OsString>, folders: Vec<PathBuf>) -> u8 {
    installation::settle(folders);
    let asked_for_json = words.iter().any(|word| word == "--json");
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => return not_run(&error, &words, asked_for_json),
    };
    let terminal = Terminal::new(arguments.json, arguments.quiet);
    match guard::guarded(|| dispatch(&arguments.command, &terminal)) {
        Ok(code) => code,
        Err(failure) => {
            terminal.failure(&failure);
            failure.exit_code()
        }
    }
}

fn dispatch(command: &Command, terminal: &Terminal) -> Result<u8, Failure> {
    match command {
        Command::Batch(arguments) => return batch::run(arguments, terminal),
        Command::Generate(arguments) => commands::generate::run(arguments, terminal),
        Command::Edit(arguments) => commands::edit::run(arguments, terminal),
        Command::Retarget(arguments) => commands::retarget::run(arguments, terminal),
        Command::Convert(arguments) => commands::convert::run(arguments, terminal),
        Command::Inspect(arguments) => commands::inspect::run(arguments, terminal),
        Command::Map(arguments) => commands::map::run(arguments, terminal),
        Command::Info(arguments) => commands::info::run(arguments, terminal),
        Command::Setup(arguments) => commands::setup::run(arguments, terminal),
        Command::Completions(arguments) => commands::completions::run(arguments, Arguments::command(), terminal),
    }?;
    Ok(0)
}

/// Help and version are no failures, and a person who names no command gets help; anything else is a usage error.
fn not_run(error: &clap::Error, words: &[OsString], asked_for_json: bool) -> u8 {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !asked_for_json;
    if is_help || !error.use_stderr() {
        // A closed pipe is no reason to fail louder.
        let _ = error.print();
        return if error.use_stderr() { Kind::Usage.exit_code() } else { 0 };
    }
    let failure = usage::failure(error, words, Arguments::command());
    Terminal::new(asked_for_json, false).failure(&failure);
    failure.exit_code()
}
