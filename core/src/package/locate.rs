//! Where the model package is when nobody says, or says its name alone.

use std::{
    ffi::OsStr,
    path::{Component, Path, PathBuf},
};

use super::{MANIFEST_FILE, PackageError};

/// Name of the package that ships with the software.
pub const DEFAULT_PACKAGE: &str = "ropar-base";

/// The folder of the model package: the one named, or the default package of the installation.
///
/// The default package is looked for in each of the host's `folders` (as `ropar-base` and `models/ropar-base`), then where
/// an installation keeps it, in `models/` beside the executable or in `../share/ropar/models/`; in a checkout it is
/// `models/pretrained/` of the source tree that the executable was built in. So is a package of which only the name is
/// said (`ropar-open`), unless the working folder holds a package of that name. Any other folder is answered as it is:
/// whether it is a package is for [`Package::open`](super::Package::open) to say.
///
/// # Errors
/// [`PackageError::NotFound`] with the places that were searched, where nothing was named.
pub fn locate(named: Option<&Path>, folders: &[PathBuf]) -> Result<PathBuf, PackageError> {
    let name = match named {
        None => OsStr::new(DEFAULT_PACKAGE),
        Some(folder) => match bare_name(folder) {
            Some(name) if !folder.join(MANIFEST_FILE).is_file() => name,
            _ => return Ok(folder.to_path_buf()),
        },
    };
    let given: Vec<PathBuf> =
        folders.iter().flat_map(|folder| [folder.join(name), folder.join("models").join(name)]).collect();
    let own = candidates(&std::env::current_exe().unwrap_or_default(), name);
    if let Some(folder) = given.iter().chain(&own).find(|folder| folder.join(MANIFEST_FILE).is_file()) {
        return Ok(folder.clone());
    }
    if let Some(folder) = named {
        return Ok(folder.to_path_buf());
    }
    // A package is looked for in many places about a library; those that do not exist at all say nothing.
    let given = given.into_iter().filter(|folder| folder.parent().is_some_and(Path::is_dir));
    Err(PackageError::NotFound { searched: given.chain(shown(own)).collect() })
}

/// The name of a package, where a path is nothing more.
fn bare_name(path: &Path) -> Option<&OsStr> {
    let mut components = path.components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(name)), None) => Some(name),
        _ => None,
    }
}

fn candidates(executable: &Path, name: &OsStr) -> Vec<PathBuf> {
    let Some(beside) = executable.parent() else {
        return Vec::new();
    };
    let mut folders = vec![beside.join("models").join(name)];
    if let Some(prefix) = beside.parent() {
        folders.push(prefix.join("share/ropar/models").join(name));
    }
    folders.extend(beside.ancestors().skip(1).map(|folder| folder.join("models/pretrained").join(name)));
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
        let folders = candidates(Path::new("/home/ann/ropar/target/release/ropar"), OsStr::new(DEFAULT_PACKAGE));
        assert!(folders.contains(&PathBuf::from("/home/ann/ropar/target/share/ropar/models/ropar-base")));
        assert!(folders.contains(&PathBuf::from("/home/ann/ropar/models/pretrained/ropar-base")));
        assert_eq!(folders[0], PathBuf::from("/home/ann/ropar/target/release/models/ropar-base"));
    }

    #[test]
    fn a_named_folder_is_taken_as_it_is() {
        assert_eq!(locate(Some(Path::new("/no/such")), &[]).expect("named"), PathBuf::from("/no/such"));
    }

    #[test]
    fn a_name_alone_is_looked_for_where_packages_are() {
        let root = tempfile::tempdir().expect("temporary folder");
        let package = root.path().join("models/some-package");
        std::fs::create_dir_all(&package).expect("folder");
        std::fs::write(package.join(MANIFEST_FILE), b"{}").expect("file");
        let folders = [root.path().to_path_buf()];
        assert_eq!(locate(Some(Path::new("some-package")), &folders).expect("found"), package);
        // Nothing of that name, or more than a name: the error is about what was written.
        for other in ["another-package", "./some-package", "models/some-package"] {
            assert_eq!(locate(Some(Path::new(other)), &folders).expect("named"), PathBuf::from(other));
        }
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
