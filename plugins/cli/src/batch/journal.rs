//! What has been made: a line of JSON per file in `DIR/.ropar-batch/`, written before the file appears.
//!
//! A line holds the hash of everything that decides the result, and size and hash of the file. A file whose line is there
//! and whose size is that of the line has been made. Whatever moment a run is killed at, a file is there with its line, or
//! it is not there; a line without its file counts for nothing.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;

/// Folder of the journals in the output folder.
const FOLDER: &str = ".ropar-batch";

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The file, relative to the output folder.
    pub output: String,
    /// Hash of source, rig, options and program.
    pub key: String,
    /// Bytes of the file; `None` where it could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Hash of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What is reported of it: figures or failure.
    pub details: Value,
}

/// The journals of an output folder; one of them, that of this share, is written.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    /// By output, oldest first.
    records: HashMap<String, Vec<Record>>,
    file: Mutex<File>,
    /// Held while the process lives.
    _lock: File,
}

impl Journal {
    /// Opens the journals in `out`, which is made where it is not there.
    pub fn open(out: &Path, (number, count): (usize, usize)) -> Result<Journal, Failure> {
        let folder = out.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|error| Failure::unwritable(&folder, error))?;
        let name = format!("{number}-of-{count}");
        let lock = lock(&folder.join(format!("{name}.lock")))?;
        if no_other_runs(&folder, &format!("{name}.lock")) {
            remove_partial_files(out);
        }
        let records = read_all(&folder)?;
        let path = folder.join(format!("{name}.jsonl"));
        let file = open_to_append(&path).map_err(|error| Failure::unwritable(&path, error))?;
        Ok(Journal { folder: out.to_owned(), records, file: Mutex::new(file), _lock: lock })
    }

    /// The record of a file that has been made and is still there.
    pub fn made(&self, output: &str, key: &str) -> Option<&Record> {
        let size = fs::metadata(self.folder.join(output)).ok()?.len();
        self.of(output).find(|record| record.key == key && record.bytes == Some(size))
    }

    /// Why a file could not be made, by the last run that tried.
    pub fn failed(&self, output: &str, key: &str) -> Option<&Record> {
        self.of(output).find(|record| record.key == key).filter(|record| record.bytes.is_none())
    }

    /// Whether a file is there that no batch has made, or that was changed since, by its size: thousands of files take no time.
    pub fn is_foreign(&self, output: &str) -> bool {
        match fs::metadata(self.folder.join(output)) {
            Ok(metadata) => !self.of(output).any(|record| record.bytes == Some(metadata.len())),
            Err(_) => false,
        }
    }

    /// As [`is_foreign`](Self::is_foreign), by its content: for a file that is about to be replaced.
    pub fn holds_other_content(&self, output: &str) -> Result<bool, Failure> {
        let path = self.folder.join(output);
        match fs::read(&path) {
            Ok(bytes) => {
                let hash = sha256(&bytes);
                Ok(!self.of(output).any(|record| record.sha256.as_ref() == Some(&hash)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::unreadable(&path, error)),
        }
    }

    /// Adds a line, on the disk before it returns.
    pub fn add(&self, record: &Record) -> Result<(), Failure> {
        let failure = |reason: String| Failure::unwritable(&self.folder.join(FOLDER), reason);
        let mut line = serde_json::to_string(record).map_err(|error| failure(error.to_string()))?;
        line.push('\n');
        let mut file = self.file.lock().map_err(|error| failure(error.to_string()))?;
        file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(|error| failure(error.to_string()))
    }

    /// Newest first.
    fn of(&self, output: &str) -> impl Iterator<Item = &Record> {
        self.records.get(output).into_iter().flatten().rev()
    }
}

/// Hex of the SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lock(path: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| Failure::unwritable(path, error))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Failure::new(
            crate::failure::Kind::Output,
            format!("another run of this batch is writing to {}", path.parent().unwrap_or(path).display()),
            "wait for it, or give each run its --shard",
        )),
        // Some network file systems have no locks; there the caller has to take care.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn no_other_runs(folder: &Path, own: &str) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().filter(|entry| entry.file_name() != own).all(|entry| {
        let path = entry.path();
        path.extension().is_none_or(|extension| extension != "lock")
            || File::open(&path).is_ok_and(|file| file.try_lock().is_ok())
    })
}

/// Removes what killed runs were writing.
fn remove_partial_files(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && name != FOLDER {
            remove_partial_files(&entry.path());
        } else if kind.is_file() && name.starts_with(".ropar-") && name.ends_with(".partial") {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn read_all(folder: &Path) -> Result<HashMap<String, Vec<Record>>, Failure> {
    let unreadable = |error| Failure::unreadable(folder, error);
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut records: HashMap<String, Vec<Record>> = HashMap::new();
    for path in paths {
        let text = fs::read(&path).map_err(|error| Failure::unreadable(&path, error))?;
        // A line that a killed run did not finish, or that another one is writing, is no line.
        for record in text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Record>(line).ok()) {
            records.entry(record.output.clone()).or_default().push(record);
        }
    }
    Ok(records)
}

/// Opens a journal so that the next line starts on a line of its own.
fn open_to_append(path: &Path) -> std::io::Result<File> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(output: &str, key: &str, bytes: Option<u64>) -> Record {
        Record { output: output.into(), key: key.into(), bytes, sha256: None, details: json!({}) }
    }

    #[test]
    fn a_line_counts_only_with_its_file() {
        let folder = tempfile::tempdir().expect("folder");
        let journal = Journal::open(folder.path(), (1, 1)).expect("opens");
        journal.add(&record("a.glb", "k", Some(3))).expect("written");
        journal.add(&record("b.glb", "k", Some(3))).expect("written");
        drop(journal);
        fs::write(folder.path().join("a.glb"), "abc").expect("written");
        fs::write(folder.path().join("c.glb"), "abc").expect("written");
        let journal = Journal::open(folder.path(), (1, 1)).expect("opens");
        assert!(journal.made("a.glb", "k").is_some());
        assert!(journal.made("a.glb", "other").is_none());
        assert!(journal.made("b.glb", "k").is_none());
        assert!(journal.is_foreign("c.glb") && !journal.is_foreign("a.glb") && !journal.is_foreign("b.glb"));
        fs::write(folder.path().join("a.glb"), "changed by hand").expect("written");
        assert!(journal.made("a.glb", "k").is_none() && journal.is_foreign("a.glb"));
    }

    #[test]
    fn a_change_that_keeps_the_size_is_told_by_the_content() {
        let folder = tempfile::tempdir().expect("folder");
        let journal = Journal::open(folder.path(), (1, 1)).expect("opens");
        let older = Record { sha256: Some(sha256(b"abc")), ..record("a.glb", "k", Some(3)) };
        journal.add(&older).expect("written");
        // A run that was killed before the next version got its name.
        journal.add(&Record { sha256: Some(sha256(b"xyz")), ..older }).expect("written");
        drop(journal);
        let journal = Journal::open(folder.path(), (1, 1)).expect("opens");
        for (content, other) in [("abc", false), ("xyz", false), ("abd", true)] {
            fs::write(folder.path().join("a.glb"), content).expect("written");
            assert_eq!(journal.holds_other_content("a.glb"), Ok(other), "{content}");
            assert!(!journal.is_foreign("a.glb"));
        }
        assert_eq!(journal.holds_other_content("b.glb"), Ok(false));
    }

    #[test]
    fn a_torn_line_is_none_and_spoils_no_other() {
        let folder = tempfile::tempdir().expect("folder");
        drop(Journal::open(folder.path(), (2, 3)).expect("opens"));
        let path = folder.path().join(FOLDER).join("2-of-3.jsonl");
        fs::write(&path, "{\"output\":\"a.g").expect("written");
        let journal = Journal::open(folder.path(), (2, 3)).expect("opens");
        journal.add(&record("b.glb", "k", None)).expect("written");
        drop(journal);
        let journal = Journal::open(folder.path(), (1, 1)).expect("opens");
        assert!(journal.failed("b.glb", "k").is_some());
        assert_eq!(journal.records.len(), 1);
    }

    #[test]
    fn a_journal_that_cannot_be_read_is_told_so() {
        let folder = tempfile::tempdir().expect("folder");
        fs::create_dir_all(folder.path().join(FOLDER).join("2-of-2.jsonl")).expect("folder");
        let failure = Journal::open(folder.path(), (1, 2)).expect_err("is a folder");
        assert!(failure.message.contains("2-of-2.jsonl cannot be read"), "{}", failure.message);
    }

    #[test]
    fn a_share_runs_once_at_a_time() {
        let folder = tempfile::tempdir().expect("folder");
        let first = Journal::open(folder.path(), (1, 2)).expect("opens");
        let failure = Journal::open(folder.path(), (1, 2)).expect_err("is locked");
        assert!(failure.message.contains("another run"), "{}", failure.message);
        assert!(Journal::open(folder.path(), (2, 2)).is_ok());
        drop(first);
        assert!(Journal::open(folder.path(), (1, 2)).is_ok());
    }
}
