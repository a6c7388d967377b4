//! What clap says of a command line, as a failure: one line, and the next step.

use std::{
    error::Error,
    ffi::OsString,
    num::{IntErrorKind, ParseFloatError, ParseIntError},
};

use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::failure::Failure;

/// The failure of a command line that clap does not take. `command` is the whole program's.
pub fn failure(error: &clap::Error, words: &[OsString], command: Command) -> Failure {
    let called = called(words, command);
    let message = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => format!("`{called}` needs a command"),
        _ => message(error),
    };
    let help = format!("`{called} --help` shows what there is");
    let next_step = match suggestion(error) {
        Some(similar) => format!("did you mean `{similar}`? {help}"),
        None => help,
    };
    Failure::usage(message, next_step)
}

/// The first paragraph of what clap says: what is wrong, and a line for each argument that it is about.
fn message(error: &clap::Error) -> String {
    if let Some(reason) = error.source().and_then(no_number) {
        let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
        let (argument, value) = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
        return format!("invalid value '{value}' for '{argument}': {reason}");
    }
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().trim_start_matches("error: ");
    let arguments: Vec<&str> = lines.collect();
    format!("{first} {}", arguments.join(", ")).trim_end().to_owned()
}

/// Why a word is no number, where that is what is wrong; the standard library says it to programmers.
fn no_number(reason: &(dyn Error + 'static)) -> Option<&'static str> {
    match reason.downcast_ref::<ParseIntError>().map(ParseIntError::kind) {
        Some(IntErrorKind::PosOverflow) => Some("the number is too large"),
        Some(_) => Some("it takes a whole number of 0 or more"),
        None => reason.is::<ParseFloatError>().then_some("it takes a number"),
    }
}

/// What resembles the word that is not known.
fn suggestion(error: &clap::Error) -> Option<&str> {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    kinds.into_iter().find_map(|kind| match error.get(kind)? {
        ContextValue::String(word) => Some(word.as_str()),
        ContextValue::Strings(words) => words.first().map(String::as_str),
        _ => None,
    })
}

/// The command that the words name, with those above it: `ropar setup runtime`.
fn called(words: &[OsString], mut command: Command) -> String {
    let mut called = command.get_name().to_owned();
    for word in words.iter().skip(1).filter(|word| !word.to_string_lossy().starts_with('-')) {
        let Some(below) = command.find_subcommand(word).cloned() else { break };
        called = format!("{called} {}", below.get_name());
        command = below;
    }
    called
}
