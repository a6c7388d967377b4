//! Files that are either wholly written or not there.

use std::borrow::Cow;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::Error;

/// Says whether [`write`] could write `path`, without leaving anything behind: for finding out before the work is done.
pub fn check(path: &Path) -> Result<(), Error> {
    // The temporary file has another name; this one would be found impossible only when the finished file gets it.
    if let Err(error) = fs::symlink_metadata(path)
        && error.kind() == ErrorKind::InvalidFilename
    {
        return Err(unwritable(path, format!("no file can be called so ({error}); choose a shorter, simpler name")));
    }
    temporary_beside(&behind_link(path)?).map(drop)
}

/// Writes `bytes` to `path` through a temporary file beside it, so that a reader never sees half a file and a failure
/// leaves whatever was there before.
///
/// The file gets the permissions of an ordinary new file (those of the process's umask), or keeps those of the file
/// that it replaces.
///
/// Where `path` is a symbolic link, the file that it names is written, and the link stays.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let path = &*behind_link(path)?;
    let unwritable = |reason: String| unwritable(path, reason);
    let replaced = fs::metadata(path).ok().map(|metadata| metadata.permissions());
    let mut temporary = temporary_beside(path)?;
    temporary
        .write_all(bytes)
        .and_then(|()| temporary.as_file().sync_all())
        .map_err(|e| unwritable(format!("writing failed ({e}); is the disk full?")))?;
    if let Some(permissions) = replaced {
        temporary.as_file().set_permissions(permissions).map_err(|e| unwritable(e.to_string()))?;
    }
    temporary.persist(path).map_err(|e| unwritable(format!("the finished file could not be renamed: {}", e.error)))?;
    Ok(())
}

/// The file that a symbolic link names, or `path` itself where it is none.
fn behind_link(path: &Path) -> Result<Cow<'_, Path>, Error> {
    if !path.is_symlink() {
        return Ok(Cow::Borrowed(path));
    }
    let lost = |error| unwritable(path, format!("it is a link to a file that cannot be found ({error}); remove it"));
    fs::canonicalize(path).map(Cow::Owned).map_err(lost)
}

/// An empty temporary file in the folder of `path`.
fn temporary_beside(path: &Path) -> Result<tempfile::NamedTempFile, Error> {
    let unwritable = |reason: String| unwritable(path, reason);
    if path.is_dir() {
        return Err(unwritable("it is a folder; give a file name".to_owned()));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(unwritable(format!("the folder `{}` does not exist; make it first", folder.display())));
    }
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(unwritable("the file is read-only; remove it or choose another name".to_owned()));
    }

    let mut builder = tempfile::Builder::new();
    builder.prefix(".ropar-").suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // tempfile would choose 0600; the process's umask narrows this as it does for any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
        .tempfile_in(folder)
        .map_err(|e| unwritable(format!("no file can be made in `{}`: {}", folder.display(), e.kind())))
}

fn unwritable(path: &Path, reason: String) -> Error {
    Error::Unwritable { path: path.to_owned(), reason }
}
