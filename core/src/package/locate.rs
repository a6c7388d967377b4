//! Where the model package is when nobody says, or says its name alone.

use std::{
    ffi::OsStr,
    path::{Component, Path, PathBuf},
};

use super::{MANIFEST_FILE, PackageError};

/// Names of the packages that ship with the software. The default package is the first that is there, so that an
/// installation may hold the one that allows commercial use alone.
pub const DEFAULT_PACKAGES: [&str; 2] = ["ropar-base", "ropar-open"];

/// The folder of the model package: the one named, or the default package of the installation.
///
/// The default package is the first of [`DEFAULT_PACKAGES`] in the first place that holds one: each of the host's
/// `folders` and the folder `models` in it, then where an installation keeps it, `models/` beside the executable or
/// `../share/ropar/models/`; in a checkout, `models/pretrained/` of the source tree that the executable was built in.
/// A package of which only the name is said is looked for there, too, unless the working folder holds a package of that
/// name. Any other folder is answered as it is: whether it is a package is for
/// [`Package::open`](super::Package::open) to say.
///
/// # Errors
/// [`PackageError::NotFound`] with the places that were searched, where nothing was named.
pub fn locate(named: Option<&Path>, folders: &[PathBuf]) -> Result<PathBuf, PackageError> {
    let given: Vec<PathBuf> = folders.iter().flat_map(|folder| [folder.clone(), folder.join("models")]).collect();
    let own = installed(&std::env::current_exe().unwrap_or_default());
    let find = |names: &[&OsStr]| {
        let mut candidates = given.iter().chain(&own).flat_map(|place| names.iter().map(|name| place.join(name)));
        candidates.find(|folder| is_package(folder))
    };
    if let Some(folder) = named {
        let elsewhere = bare_name(folder).filter(|_| !is_package(folder)).and_then(|name| find(&[name]));
        return Ok(elsewhere.unwrap_or_else(|| folder.to_path_buf()));
    }
    find(&DEFAULT_PACKAGES.map(OsStr::new)).ok_or_else(|| {
        // A package is looked for in many places about a library; those that do not exist at all say nothing. Of our
        // own, the two of an installation do: the walk up the tree would only confuse.
        let told = given.iter().filter(|place| place.is_dir()).chain(own.iter().take(2));
        PackageError::NotFound { searched: told.map(|place| place.join(DEFAULT_PACKAGES[0])).collect() }
    })
}

fn is_package(folder: &Path) -> bool {
    folder.join(MANIFEST_FILE).is_file()
}

/// The name of a package, where a path is nothing more.
fn bare_name(path: &Path) -> Option<&OsStr> {
    let mut components = path.components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(name)), None) => Some(name),
        _ => None,
    }
}

/// Where an installation and a checkout keep packages.
fn installed(executable: &Path) -> Vec<PathBuf> {
    let Some(beside) = executable.parent() else {
        return Vec::new();
    };
    let mut places = vec![beside.join("models")];
    places.extend(beside.parent().map(|prefix| prefix.join("share/ropar/models")));
    places.extend(beside.ancestors().skip(1).map(|folder| folder.join("models/pretrained")));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_and_a_checkout_are_searched() {
        let places = installed(Path::new("/home/ann/ropar/target/release/ropar"));
        assert!(places.contains(&PathBuf::from("/home/ann/ropar/target/share/ropar/models")));
        assert!(places.contains(&PathBuf::from("/home/ann/ropar/models/pretrained")));
        assert_eq!(places[0], PathBuf::from("/home/ann/ropar/target/release/models"));
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
        let made = |folder: PathBuf| {
            std::fs::create_dir_all(&folder).expect("folder");
            std::fs::write(folder.join(MANIFEST_FILE), b"{}").expect("file");
            folder
        };
        let folders = [first.clone(), second.clone()];
        let base = made(second.join("models/ropar-base"));
        let open = made(second.join("models/ropar-open"));
        assert_eq!(locate(None, &folders).expect("found"), base);
        assert_eq!(locate(Some(Path::new("ropar-open")), &folders).expect("found"), open);
        // A host that brings one package along means that one.
        let own = made(first.join("ropar-open"));
        assert_eq!(locate(None, &folders).expect("found"), own);
    }
}
