//! The take that is asked for by name.

use std::path::Path;

use ropar_core::rig::Take;

use crate::failure::Failure;

/// Where among `takes`, which are those of `clip`, the one called `name` is.
pub fn position(clip: &Path, takes: &[Take], name: &str) -> Result<usize, Failure> {
    takes.iter().position(|take| take.name == name).ok_or_else(|| {
        let names: Vec<String> = takes.iter().map(|take| format!("`{}`", take.name)).collect();
        let there_are = if names.is_empty() {
            "it has no animation".to_owned()
        } else {
            format!("there are: {}", names.join(", "))
        };
        Failure::input(
            format!("`{}` has no take `{name}`; {there_are}", clip.display()),
            format!("name one of its takes; `ropar inspect {}` lists them", clip.display()),
        )
    })
}
