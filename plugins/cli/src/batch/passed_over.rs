//! Clips that a pattern passes over because their names are no Unicode.

use std::{fs, path::Path};

use glob::{MatchOptions, Pattern};
use ropar_exporters::Format;

/// How many scene files below `base`, the fixed part of `pattern`, it would name if their names could be read.
pub fn count(base: &Path, pattern: &str) -> usize {
    // What is wrong with a pattern is told by who follows it.
    let Ok(pattern) = Pattern::new(pattern) else { return 0 };
    let components = |path: &Path| path.components().count();
    let depth = match pattern.as_str().contains("**") {
        true => usize::MAX,
        false => components(Path::new(pattern.as_str())).saturating_sub(components(base)),
    };
    within(base, depth, &pattern)
}

fn within(folder: &Path, depth: usize, pattern: &Pattern) -> usize {
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut count = 0;
    for entry in fs::read_dir(here).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            count += if depth > 1 { within(&path, depth - 1, pattern) } else { 0 };
        } else if path.to_str().is_none() && Format::of(&path).is_ok() {
            count += usize::from(pattern.matches_with(&path.to_string_lossy(), options));
        }
    }
    count
}
