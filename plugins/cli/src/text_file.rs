//! Text files that the user names: mappings, jobs, prompts.

use std::{fs, io::ErrorKind, path::Path};

use crate::failure::Failure;

/// The text of a file.
pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => Failure::input(
            format!("`{}` is no text in UTF-8", path.display()),
            "name a text file, or save it as UTF-8 in an editor",
        ),
        _ => Failure::input(format!("cannot read `{}`: {error}", path.display()), "check the path and its permissions"),
    })
}
