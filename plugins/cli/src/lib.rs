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
mod output;
mod terminal;
mod user_folder;

use std::{ffi::OsString, path::PathBuf};

use clap::{CommandFactory as _, Parser as _};

use crate::{
    arguments::{Arguments, Command},
    failure::Failure,
    terminal::Terminal,
};

/// The whole program: `words` begin with its own name, the answer is the exit code.
///
/// `folders` are searched for the model package and the ONNX Runtime library besides the program's own places; the first
/// call in a process settles them.
pub fn run(words: Vec<OsString>, folders: Vec<PathBuf>) -> u8 {
    installation::settle(folders);
    let asked_for_json = words.iter().any(|word| word == "--json");
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error, asked_for_json),
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
        Command::Completions(arguments) => commands::completions::run(arguments, Arguments::command()),
    }?;
    Ok(0)
}

/// Help and version are no failures; anything else is a usage error, in JSON where a script asked for it.
fn usage(error: &clap::Error, asked_for_json: bool) -> u8 {
    if error.use_stderr() && asked_for_json {
        let message = error.to_string();
        let first_line = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let failure = Failure::usage(first_line, "see `ropar --help`");
        Terminal::new(true, false).failure(&failure);
        return failure.exit_code();
    }
    // A closed pipe is no reason to fail louder.
    let _ = error.print();
    if error.use_stderr() { failure::Kind::Usage.exit_code() } else { 0 }
}
