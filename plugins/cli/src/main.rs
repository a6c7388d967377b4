//! The program `ropar`: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(ropar_cli::run(std::env::args_os().collect(), Vec::new()))
}
