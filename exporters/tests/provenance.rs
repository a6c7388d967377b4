//! Where a motion comes from, through files of all formats. What is right is what the files' own JSON says, and what was
//! put in.

mod common;

use std::path::{Path, PathBuf};

use common::{data, swinging};
use ropar_core::provenance::Provenance;
use ropar_exporters::scene::{Scene, Take, from_motion};
use ropar_exporters::{
    Clip, InsertOptions, InsertTakesOptions, RigFile, WriteSceneOptions, insert_take, insert_takes, read_clip,
    read_scene, replace_joints, write_clip, write_scene,
};
use serde_json::{Value, json};

/// What the model says of a motion; the prompt has what formats have to escape.
fn made_from(prompt: &str) -> Provenance {
    let metadata = json!({
        "prompt": format!("{prompt} \"&quot;\"\n\u{1f44b}"),
        "seed": 12345678901234567_u64,
        "package": { "name": "ropar-base", "version": "0.4.0" },
        "licence": { "id": "CC-BY-NC-4.0", "commercial": false, "notice": "not for sale" },
        "attribution": ["a & b"],
    });
    Provenance::new(metadata.as_object().unwrap().clone())
}

/// A scene with a take that says where it comes from.
fn scene_from(name: &str, provenance: &Provenance) -> Scene {
    let mut scene = from_motion(&swinging(12, 30.0), name);
    scene.takes[0].provenance = provenance.clone();
    scene
}

/// A clip as `ropar generate` writes it.
fn clip(folder: &Path, name: &str, provenance: &Provenance) -> PathBuf {
    let path = folder.join(name);
    write_clip(&path, &Clip::new(swinging(12, 30.0), provenance.as_ref().clone()), None).unwrap();
    path
}

fn of_take(path: &Path, name: &str) -> Provenance {
    read_scene(path).unwrap().take(name).unwrap().provenance.clone()
}

/// The JSON part of a GLB file: the glTF specification, 4.4.
fn glb_json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap();
    let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    serde_json::from_slice(&bytes[20..20 + length]).unwrap()
}

/// `extras` without what is for reading back.
fn told(extras: &Value) -> Value {
    let mut extras = extras.as_object().cloned().unwrap_or_default();
    extras.remove("ropar");
    Value::Object(extras)
}

fn value(provenance: &Provenance) -> Value {
    Value::Object(provenance.as_ref().clone())
}

fn put(take: &Take, target: &Path, name: &str) {
    let take = Take { name: name.to_owned(), ..take.clone() };
    insert_take(target, target, &take, &InsertOptions::default()).unwrap();
}

#[test]
fn a_clip_of_any_format_keeps_it_in_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let wave = made_from("a person waves");
    for from in ["clip.glb", "clip.vrma", "clip.fbx"] {
        let scene = read_scene(&clip(folder.path(), from, &wave)).unwrap();
        assert_eq!(scene.takes[0].provenance, wave, "{from}");
        for to in ["out.glb", "out.gltf", "out.vrma", "out.fbx"] {
            let path = folder.path().join(to);
            let warnings = write_scene(&path, &scene, &WriteSceneOptions::default()).unwrap();
            assert!(!format!("{warnings:?}").contains("licence"), "{to}: {warnings:?}");
            assert_eq!(read_scene(&path).unwrap().takes[0].provenance, wave, "{from} to {to}");
        }
        assert_eq!(glb_json(&folder.path().join("out.glb"))["asset"]["extras"], value(&wave));
        // Cut and at another rate, it is still the same motion.
        let options = WriteSceneOptions { fps: Some(60.0), end: Some(0.2), ..WriteSceneOptions::default() };
        let path = folder.path().join("cut.glb");
        write_scene(&path, &scene, &options).unwrap();
        assert_eq!(read_scene(&path).unwrap().takes[0].provenance, wave);
    }
}

#[test]
fn bvh_has_no_place_for_it_and_a_licence_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let warnings_of = |provenance: &Provenance| {
        let path = folder.path().join("out.bvh");
        write_scene(&path, &scene_from("wave", provenance), &WriteSceneOptions::default()).unwrap()
    };
    let warnings = warnings_of(&made_from("a person waves"));
    assert!(warnings.iter().any(|warning| warning.contains("the licence of the take, CC-BY-NC-4.0")), "{warnings:?}");
    assert!(warnings_of(&Provenance::default()).is_empty());
}

#[test]
fn takes_from_different_places_say_so_each() {
    let folder = tempfile::tempdir().unwrap();
    let (wave, bow) = (made_from("a person waves"), made_from("a person bows"));
    let mut scene = scene_from("wave", &wave);
    scene.takes.extend(scene_from("bow", &bow).takes);
    scene.takes.extend(scene_from("unknown", &Provenance::default()).takes);
    for name in ["out.glb", "out.gltf", "out.fbx"] {
        let path = folder.path().join(name);
        write_scene(&path, &scene, &WriteSceneOptions::default()).unwrap();
        for take in &scene.takes {
            assert_eq!(of_take(&path, &take.name), take.provenance, "{name}: {}", take.name);
        }
    }
    let json = glb_json(&folder.path().join("out.glb"));
    assert!(json["asset"]["extras"].is_null());
    assert_eq!(told(&json["animations"][1]["extras"]), value(&bow));
}

#[test]
fn in_the_file_of_another_program_the_new_take_says_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let wave = made_from("a person waves");
    let target = folder.path().join("hero.gltf");
    write_scene(&target, &scene_from("idle", &Provenance::default()), &WriteSceneOptions::default()).unwrap();
    let mut json: Value = serde_json::from_slice(&std::fs::read(&target).unwrap()).unwrap();
    json["asset"] = json!({ "version": "2.0", "generator": "Other", "extras": { "author": "someone" } });
    std::fs::write(&target, json.to_string()).unwrap();
    let into = |name: &str, output: &Path| {
        let how = InsertTakesOptions { name: Some(name.to_owned()), replace: true };
        let source = scene_from("wave", &wave);
        insert_takes(&source, &target, output, &WriteSceneOptions::default(), &how).unwrap();
        serde_json::from_slice::<Value>(&std::fs::read(output).unwrap()).unwrap()
    };
    // The author is that of the character, too, so also the only take makes room without it.
    for name in ["wave", "idle"] {
        let output = folder.path().join("out.gltf");
        let made = into(name, &output);
        assert_eq!(made["asset"], json["asset"]);
        let last = made["animations"].as_array().unwrap().last().unwrap();
        assert_eq!(told(&last["extras"]), value(&wave));
        assert_eq!(of_take(&output, name), wave);
    }
    let (bytes, _) = RigFile::open(&target).unwrap().with_take(&scene_from("wave", &wave).takes[0]).unwrap();
    std::fs::write(&target, bytes).unwrap();
    assert_eq!(of_take(&target, "wave"), wave);
    assert_eq!(value(&of_take(&target, "idle")), json!({ "author": "someone" }));
}

#[test]
fn in_a_clip_of_our_own_each_take_keeps_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (walk, wave, bow) = (made_from("a man walks"), made_from("a person waves"), made_from("a person bows"));
    for name in ["walk.glb", "walk.vrma", "walk.fbx"] {
        let path = clip(folder.path(), name, &walk);
        let wave_scene = scene_from("wave", &wave);
        put(&wave_scene.takes[0], &path, "wave");
        put(&Take { provenance: Provenance::default(), ..wave_scene.takes[0].clone() }, &path, "unknown");
        assert_eq!(of_take(&path, "motion"), walk, "{name}");
        assert_eq!(of_take(&path, "wave"), wave, "{name}");
        assert_eq!(of_take(&path, "unknown"), Provenance::default(), "{name}");
        // In place of the take that the file speaks of, and then of one that speaks for itself.
        put(&scene_from("", &bow).takes[0], &path, "motion");
        put(&scene_from("", &walk).takes[0], &path, "wave");
        assert_eq!(of_take(&path, "motion"), bow, "{name}");
        assert_eq!(of_take(&path, "wave"), walk, "{name}");
        put(&scene_from("", &Provenance::default()).takes[0], &path, "motion");
        assert_eq!(of_take(&path, "motion"), Provenance::default(), "{name}");
        assert_eq!(of_take(&path, "wave"), walk, "{name}");
    }
}

#[test]
fn a_clip_with_takes_of_others_is_still_one_to_edit() {
    let folder = tempfile::tempdir().unwrap();
    let (walk, wave, bow) = (made_from("a man walks"), made_from("a person waves"), made_from("a person bows"));
    let path = clip(folder.path(), "walk.glb", &walk);
    let before = glb_json(&path)["asset"].clone();
    put(&scene_from("", &wave).takes[0], &path, "wave");
    assert_eq!(glb_json(&path)["asset"], before);
    put(&scene_from("", &bow).takes[0], &path, "motion");
    let asset = glb_json(&path)["asset"].clone();
    assert_eq!(told(&asset["extras"]), value(&bow));
    assert_eq!(asset["extras"]["ropar"], before["extras"]["ropar"]);

    let read = read_clip(&path).unwrap();
    assert_eq!(read.extras, *bow);
    let extras = json!({ "prompt": "redone" }).as_object().unwrap().clone();
    replace_joints(&path, &path, &read.motion, &[], &extras).unwrap();
    assert_eq!(told(&glb_json(&path)["asset"]["extras"]), json!({ "prompt": "redone" }));
    assert_eq!(of_take(&path, "wave"), wave);
}

#[test]
fn fbx_files_of_other_programs_keep_their_comment() {
    let folder = tempfile::tempdir().unwrap();
    let wave = made_from("a person waves");
    let mut text_files = 0;
    for entry in std::fs::read_dir(data("fbx")).unwrap() {
        let file = entry.unwrap().path();
        let Ok(rig) = RigFile::open(&file) else { continue };
        let take = Take { name: "wave".to_owned(), fps: 30.0, frames: 3, provenance: wave.clone(), ..Take::default() };
        let Ok((bytes, _)) = rig.with_take(&take) else { continue };
        text_files += usize::from(!bytes.starts_with(b"Kaydara FBX Binary"));
        let path = folder.path().join("out.fbx");
        std::fs::write(&path, bytes).unwrap();
        let scene = read_scene(&path).unwrap();
        assert_eq!(scene.take("wave").map(|take| &take.provenance), Some(&wave), "{}", file.display());
        assert!(scene.takes.iter().filter(|take| take.name != "wave").all(|take| take.provenance.is_empty()));
    }
    assert!(text_files > 0);
}

#[test]
fn the_copyright_of_a_file_goes_with_its_animations() {
    let folder = tempfile::tempdir().unwrap();
    let file = |extras: &str| {
        let text = std::fs::read_to_string(data("gltf/cubic_spline.gltf")).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        document["asset"]["copyright"] = json!("2024 A. Mocap Studio");
        if !extras.is_empty() {
            document["animations"][0]["extras"] = serde_json::from_str(extras).unwrap();
        }
        let path = folder.path().join("theirs.gltf");
        std::fs::write(&path, document.to_string()).unwrap();
        read_scene(&path).unwrap()
    };
    let expected = [
        ("", json!({ "copyright": "2024 A. Mocap Studio" })),
        (r#"{ "shot": 12 }"#, json!({ "shot": 12, "copyright": "2024 A. Mocap Studio" })),
        (r#"{ "copyright": "B." }"#, json!({ "copyright": "B." })),
        // A take that was put in later is not theirs.
        (r#"{ "ropar": { "inserted": true }, "prompt": "p" }"#, json!({ "prompt": "p" })),
    ];
    for (extras, expected) in expected {
        assert_eq!(Value::Object(file(extras).takes[0].provenance.as_ref().clone()), expected, "{extras}");
    }
    let scene = file("");
    for name in ["out.glb", "out.fbx"] {
        let path = folder.path().join(name);
        write_scene(&path, &scene, &WriteSceneOptions::default()).unwrap();
        assert_eq!(of_take(&path, &scene.takes[0].name)["copyright"], "2024 A. Mocap Studio", "{name}");
    }
}
