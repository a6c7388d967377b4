//! Files that a fuzzer found, and files made to do harm: each is read or refused in words, without a panic, and what is
//! read can be worked with. `exporters/fuzz` finds further ones.

mod common;

use std::fs;
use std::path::Path;

use common::data;
use ropar_exporters::scene::{check, global_positions};
use ropar_exporters::{ReadSceneOptions, WriteSceneOptions, read_scene_with, write_scene};

/// Every format is asked for, whatever the file's name says.
fn read_in_every_way(path: &Path, folder: &Path) {
    let bytes = fs::read(path).unwrap();
    for extension in ["bvh", "glb", "gltf", "fbx"] {
        let copy = folder.join(format!("copy.{extension}"));
        fs::write(&copy, &bytes).unwrap();
        match read_scene_with(&copy, &ReadSceneOptions { fps: None, metres_per_unit: Some(1.0) }) {
            Err(error) => {
                let words = error.to_string();
                assert!(words.len() > 20 && words.len() < 1000 && !words.contains('\n'), "{path:?}: {words}");
            }
            Ok(scene) => {
                if !scene.nodes.is_empty() {
                    check(&scene).unwrap_or_else(|reason| panic!("{path:?}: {reason}"));
                }
                global_positions(&scene.nodes, None);
                for target in ["bvh", "glb", "fbx"] {
                    let written = folder.join(format!("written.{target}"));
                    if write_scene(&written, &scene, &WriteSceneOptions::default()).is_ok() {
                        read_scene_with(&written, &ReadSceneOptions { fps: None, metres_per_unit: Some(0.01) })
                            .unwrap_or_else(|reason| panic!("{path:?} as {target}: {reason}"));
                    }
                }
            }
        }
    }
}

#[test]
fn found_files_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(data("hostile")).unwrap() {
        read_in_every_way(&entry.unwrap().path(), folder.path());
        seen += 1;
    }
    assert!(seen > 0);
}
