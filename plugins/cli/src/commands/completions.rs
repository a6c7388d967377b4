//! `ropar completions SHELL`.

use serde_json::json;

use crate::{arguments::CompletionsArguments, failure::Failure, terminal::Terminal};

pub fn run(arguments: &CompletionsArguments, mut command: clap::Command, terminal: &Terminal) -> Result<(), Failure> {
    // Into memory first: the generator panics where stdout is a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "ropar", &mut script);
    let script = String::from_utf8_lossy(&script);
    terminal.result(script.trim_end(), &json!({ "shell": arguments.shell.to_string(), "script": script }))
}
