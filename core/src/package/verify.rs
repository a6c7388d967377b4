//! Presence, size and SHA-256 of a package's files.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use sha2::{Digest, Sha256};

use super::{Manifest, PackageError, manifest::FileEntry};

const READ_BYTES: usize = 1 << 20;

/// Verifies every listed file, several at once. The error is that of the first failing file in the manifest's order,
/// whichever thread was faster.
pub(super) fn verify_files(folder: &Path, manifest: &Manifest) -> Result<(), PackageError> {
    let mut entries: Vec<&FileEntry> = manifest.files.values().collect();
    // Cheap checks first, so that a missing file is told at once.
    for entry in &entries {
        check_size(folder, entry)?;
    }
    // The largest first, so that no thread is left alone with it at the end.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.bytes));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(entries.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut failures = Vec::new();
        while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(error) = check_hash(folder, entry) {
                failures.push((&entry.path, error));
            }
        }
        failures
    };
    let mut failures: Vec<(&String, PackageError)> = std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut failures = work();
        for helper in helpers {
            match helper.join() {
                Ok(more) => failures.extend(more),
                // Swallowing it would let unverified files pass.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        failures
    });
    failures.sort_by_key(|(path, _)| *path);
    failures.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
}

fn check_size(folder: &Path, entry: &FileEntry) -> Result<(), PackageError> {
    let file = folder.join(&entry.path);
    let metadata = match std::fs::metadata(&file) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return Err(PackageError::FileMissing { file }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(PackageError::FileMissing { file });
        }
        Err(error) => {
            return Err(PackageError::FileUnreadable { file, reason: error.to_string() });
        }
    };
    if metadata.len() == entry.bytes {
        Ok(())
    } else {
        Err(PackageError::FileSize { file, expected: entry.bytes, found: metadata.len() })
    }
}

fn check_hash(folder: &Path, entry: &FileEntry) -> Result<(), PackageError> {
    let path = folder.join(&entry.path);
    let digest = sha256(&path)
        .map_err(|error| PackageError::FileUnreadable { file: path.clone(), reason: error.to_string() })?;
    if digest.eq_ignore_ascii_case(&entry.sha256) { Ok(()) } else { Err(PackageError::FileHash { file: path }) }
}

/// SHA-256 of a file in lower-case hexadecimal.
fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
