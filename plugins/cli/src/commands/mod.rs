//! One file per subcommand, and what they share.

pub mod completions;
pub mod convert;
pub mod edit;
pub mod generate;
pub mod info;
pub mod inspect;
pub mod map;
pub mod retarget;
pub mod setup;

use std::hash::{BuildHasher as _, RandomState};

use ropar_core::{engine::Engine, package::Package, text::Prompt};

use crate::{arguments::EngineArguments, failure::Failure, installation};

/// The named package, or the one that ships; only its manifest is read.
pub fn read_package(arguments: &EngineArguments) -> Result<Package, Failure> {
    let folder = ropar_core::package::locate(arguments.package.as_deref(), installation::folders())?;
    Ok(Package::read(&folder)?)
}

/// Refuses a prompt that the model cannot read, before any network is loaded; answers what to warn of.
fn check_prompt(package: &Package, prompt: &str) -> Result<Vec<String>, Failure> {
    Ok(Prompt::parse(prompt, package.manifest().limits.max_prompt_characters)?.warnings)
}

/// Verifies the package's files and loads its networks.
pub fn open_engine(package: &Package, arguments: &EngineArguments) -> Result<Engine, Failure> {
    let package = Package::open(package.folder())?;
    Ok(Engine::open(package, &arguments.runtime_options())?)
}

/// A seed that is easy to type again. The standard library's hasher is keyed by the system's entropy.
fn fresh_seed() -> u64 {
    RandomState::new().hash_one(0_u8) % 1_000_000
}
