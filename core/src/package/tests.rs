//! Each way a package can be broken, each with the file it must name.

use std::{fs, path::Path};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;

/// Writes a whole package of small files, with `change` applied to the manifest before it is written.
fn package(change: impl FnOnce(&mut Value)) -> TempDir {
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut files = serde_json::Map::new();
    for name in file::REQUIRED {
        let contents = format!("contents of {name}");
        let path = if name == file::TOKENIZER { "tokenizer.json".to_owned() } else { format!("{name}.onnx") };
        fs::write(folder.path().join(&path), &contents).expect("write");
        let hash: String = Sha256::digest(&contents).iter().map(|byte| format!("{byte:02x}")).collect();
        files.insert(name.to_owned(), json!({ "path": path, "sha256": hash, "bytes": contents.len() }));
    }
    let mut manifest = json!({
        "format_version": 1, "name": "test", "version": "1.0.0", "skeleton": "canonical-22", "part_scheme": "five",
        "features": { "layout": "heading-262", "channels": 262 }, "frame_rate": 20, "frames_per_token": 4,
        "latent_size": 32, "sampler": { "iterations": 8, "steps": 10, "guidance": 3 },
        "limits": { "max_tokens_per_window": 50, "max_seconds": 10, "max_prompt_characters": 1000, "max_text_tokens": 64 },
        "text_encoder": "all-MiniLM-L6-v2",
        "licence": { "id": "CC-BY-NC-4.0", "notice": "Non-commercial.", "commercial": false },
        "files": files,
    });
    change(&mut manifest);
    fs::write(folder.path().join(MANIFEST_FILE), manifest.to_string()).expect("write");
    folder
}

fn open_error(folder: &Path) -> PackageError {
    Package::open(folder).expect_err("must not open")
}

#[test]
fn a_whole_package_opens_and_names_its_files() {
    let folder = package(|_| ());
    let package = Package::open(folder.path()).expect("opens");
    assert_eq!(package.manifest().part_scheme, PartSchemeReference::Named("five".into()));
    assert_eq!(package.path(file::MAR).expect("listed"), folder.path().join("mar.onnx"));
    assert!(matches!(package.path("nothing"), Err(PackageError::EntryMissing { name, .. }) if name == "nothing"));
}

#[test]
fn unknown_fields_and_an_inline_part_scheme_are_accepted() {
    let folder = package(|manifest| {
        manifest["from_the_future"] = json!(1);
        manifest["part_scheme"] = json!({ "name": "halves", "parts": [] });
    });
    let package = Package::open(folder.path()).expect("opens");
    assert!(
        matches!(&package.manifest().part_scheme, PartSchemeReference::Inline(scheme) if scheme["name"] == "halves")
    );
}

#[test]
fn missing_folder_and_missing_manifest_are_told_apart() {
    assert!(matches!(open_error(Path::new("/no/such/folder")), PackageError::FolderMissing { .. }));
    let empty = tempfile::tempdir().expect("temporary folder");
    let error = open_error(empty.path());
    assert!(matches!(error, PackageError::ManifestMissing { .. }));
    assert!(error.to_string().contains(MANIFEST_FILE));
}

#[test]
fn a_manifest_that_is_no_json_is_told_with_its_place() {
    let folder = package(|_| ());
    fs::write(folder.path().join(MANIFEST_FILE), "{ \"format_version\": 1,").expect("write");
    let error = open_error(folder.path());
    assert!(matches!(&error, PackageError::ManifestInvalid { reason, .. } if reason.contains("line 1")), "{error}");
}

#[test]
fn a_missing_field_is_named() {
    let folder = package(|manifest| {
        manifest.as_object_mut().expect("object").remove("latent_size");
    });
    assert!(open_error(folder.path()).to_string().contains("latent_size"));
}

#[test]
fn a_value_out_of_range_is_named() {
    for (field, value) in [
        ("/frame_rate", json!(0)),
        ("/frame_rate", json!(1e9)),
        ("/frames_per_token", json!(u64::MAX)),
        ("/sampler/iterations", json!(0)),
        ("/sampler/iterations", json!(201)),
        ("/sampler/steps", json!(201)),
        ("/sampler/guidance_decay", json!(1.5)),
        ("/limits/max_text_tokens", json!(0)),
        // Less than any request may ask for, and more than memory holds.
        ("/limits/max_seconds", json!(0.3)),
        ("/limits/max_seconds", json!(1e9)),
        // One token of 4 frames at 20 per second lasts 0.2 s.
        ("/limits/max_tokens_per_window", json!(1)),
    ] {
        // Known, so that it is set and not added.
        let folder = package(|manifest| {
            manifest["sampler"]["guidance_decay"] = json!(0);
            *manifest.pointer_mut(field).expect("a field") = value.clone();
        });
        let message = open_error(folder.path()).to_string();
        assert!(message.contains(&field[1..].replace('/', ".")), "{field} {value}: {message}");
    }
}

#[test]
fn another_skeleton_or_layout_is_refused() {
    for (field, value, expected) in [
        ("/skeleton", json!("canonical-24"), "canonical-22"),
        ("/features/layout", json!("local-262"), "heading-262"),
        ("/features/channels", json!(263), "262"),
    ] {
        let folder = package(|manifest| *manifest.pointer_mut(field).expect("a field") = value);
        let message = open_error(folder.path()).to_string();
        assert!(message.contains(&field[1..].replace('/', ".")) && message.contains(expected), "{message}");
    }
}

#[test]
fn a_newer_format_is_newer_and_not_broken() {
    // A future manifest need not have any of today's fields.
    let folder = package(|manifest| *manifest = json!({ "format_version": 7 }));
    assert!(matches!(open_error(folder.path()), PackageError::NewerFormat { found: 7, supported: 1, .. }));
}

#[test]
fn a_file_that_is_not_listed_is_named() {
    let folder = package(|manifest| {
        manifest["files"].as_object_mut().expect("object").remove("duration");
    });
    assert!(matches!(open_error(folder.path()), PackageError::EntryMissing { name, .. } if name == "duration"));
}

#[test]
fn a_listed_file_that_is_missing_is_named() {
    let folder = package(|_| ());
    fs::remove_file(folder.path().join("mar.onnx")).expect("remove");
    let error = open_error(folder.path());
    assert!(matches!(&error, PackageError::FileMissing { file } if file.ends_with("mar.onnx")), "{error}");
}

#[test]
fn a_truncated_file_is_named_with_both_sizes() {
    let folder = package(|_| ());
    fs::write(folder.path().join("mar.onnx"), "conte").expect("write");
    let error = open_error(folder.path());
    assert!(matches!(&error, PackageError::FileSize { file, expected: 15, found: 5 } if file.ends_with("mar.onnx")));
}

#[test]
fn one_changed_byte_is_found() {
    let folder = package(|_| ());
    fs::write(folder.path().join("mar.onnx"), "contents of maR").expect("write");
    let error = open_error(folder.path());
    assert!(matches!(&error, PackageError::FileHash { file } if file.ends_with("mar.onnx")), "{error}");
}

#[test]
fn a_path_out_of_the_folder_is_refused_before_it_is_touched() {
    for path in ["../mar.onnx", "/etc/passwd", "a/../../b", "..\\mar.onnx", "C:\\mar.onnx", ""] {
        let folder = package(|manifest| manifest["files"]["mar"]["path"] = json!(path));
        let error = open_error(folder.path());
        assert!(matches!(&error, PackageError::PathEscapes { name, .. } if name == "mar"), "{path}: {error}");
    }
}

#[test]
fn the_example_of_the_documentation_is_valid() {
    let document = include_str!("../../../docs/model-package.md");
    let example = document.split("```json").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let manifest = Manifest::parse(example.as_bytes(), Path::new("docs/model-package.md")).expect("valid");
    // Everything that is documented is known: nothing is lost by a round trip.
    let known: Value = serde_json::to_value(&manifest).expect("serialises");
    let documented: Value = serde_json::from_str(example).expect("JSON");
    for field in documented.as_object().expect("object").keys() {
        assert!(known.get(field).is_some(), "{field} is documented and unknown");
    }
}
