//! `ropar completions SHELL`.

use std::io::Write as _;

use crate::{arguments::CompletionsArguments, failure::Failure};

pub fn run(arguments: &CompletionsArguments, mut command: clap::Command) -> Result<(), Failure> {
    // Into memory first: the generator panics where stdout is a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "ropar", &mut script);
    let _ = std::io::stdout().write_all(&script);
    Ok(())
}
