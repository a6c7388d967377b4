//! Where the model package is when nobody says.

use std::path::{Path, PathBuf};

use super::{MANIFEST_FILE, PackageError};

/// Name of the package that ships with the software.
pub const DEFAULT_PACKAGE: &str = "ropar-base";

/// The folder of the model package: the named one, or the default package of the installation.
///
/// The default package is looked for in each of the host's `folders` (as `ropar-base` and `models/ropar-base`), then where
/// an installation keeps it, in `models/` beside the executable or in `../share/ropar/models/`; in a checkout it is
/// `models/pretrained/` of the source tree that the executable was built in. A named folder is answered as it is:
/// whether it is a package is for [`Package::open`](super::Package::open) to say.
///
/// # Errors
/// [`PackageError::NotFound`] with the places that were searched.
pub fn locate(named: Option<&Path>, folders: &[PathBuf]) -> Result<PathBuf, PackageError> {
    if let Some(folder) = named {
        return Ok(folder.to_path_buf());
    }
    let given: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| [folder.join(DEFAULT_PACKAGE), folder.join("models").join(DEFAULT_PACKAGE)])
        .collect();
    let own = candidates(&std::env::current_exe().unwrap_or_default());
    match given.iter().chain(&own).find(|folder| folder.join(MANIFEST_FILE).is_file()) {
        Some(folder) => Ok(folder.clone()),
        None => {
            // A package is looked for in many places about a library; those that do not exist at all say nothing.
            let given = given.into_iter().filter(|folder| folder.parent().is_some_and(Path::is_dir));
            Err(PackageError::NotFound { searched: given.chain(shown(own)).collect() })
        }
    }
}

fn candidates(executable: &Path) -> Vec<PathBuf> {
    let Some(beside) = executable.parent() else {
        return Vec::new();
    };
    let mut folders = vec![beside.join("models").join(DEFAULT_PACKAGE)];
    if let Some(prefix) = beside.parent() {
        folders.push(prefix.join("share/ropar/models").join(DEFAULT_PACKAGE));
    }
    folders.extend(beside.ancestors().skip(1).map(|folder| folder.join("models/pretrained").join(DEFAULT_PACKAGE)));
    folders
}

/// The places worth telling: the two of an installation. The walk up the tree would only confuse.
fn shown(mut candidates: Vec<PathBuf>) -> Vec<PathBuf> {
    candidates.truncate(2);
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_and_a_checkout_are_searched() {
        let folders = candidates(Path::new("/home/ann/ropar/target/release/ropar"));
        assert!(folders.contains(&PathBuf::from("/home/ann/ropar/target/share/ropar/models/ropar-base")));
        assert!(folders.contains(&PathBuf::from("/home/ann/ropar/models/pretrained/ropar-base")));
        assert_eq!(folders[0], PathBuf::from("/home/ann/ropar/target/release/models/ropar-base"));
    }

    #[test]
    fn a_named_folder_is_taken_as_it_is() {
        assert_eq!(locate(Some(Path::new("/no/such")), &[]).expect("named"), PathBuf::from("/no/such"));
    }

    #[test]
    fn the_folders_of_a_host_come_first() {
        let root = tempfile::tempdir().expect("temporary folder");
        let (first, second) = (root.path().join("empty"), root.path().join("plugin"));
        let package = second.join("models").join(DEFAULT_PACKAGE);
        std::fs::create_dir_all(&package).expect("folder");
        std::fs::write(package.join(MANIFEST_FILE), b"{}").expect("file");
        assert_eq!(locate(None, &[first, second]).expect("found"), package);
    }
}
