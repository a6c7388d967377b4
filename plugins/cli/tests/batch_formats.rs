//! Batches onto FBX and VRM characters: every output is the target's own file with one take more, and does what the same
//! rig does as a GLB file.

mod common;

use std::{collections::BTreeMap, fs, path::Path};

use common::Workplace;
use glam::DVec3;
use ropar_exporters::{
    WriteSceneOptions, read_scene,
    scene::{Scene, global_positions},
    write_scene,
};
use serde_json::{Value, json};

/// The JSON chunk of a GLB file and what follows it: the glTF specification, 4.4.
fn chunks(bytes: &[u8]) -> (Value, &[u8]) {
    let length = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes")) as usize;
    (serde_json::from_slice(&bytes[20..20 + length]).expect("JSON"), &bytes[20 + length..])
}

/// The GLB file as an avatar of VRM 1.0, with what an avatar has besides joints.
fn as_avatar(glb: &Path, humanoid: &BTreeMap<String, usize>, vrm: &Path) -> Value {
    let bytes = fs::read(glb).expect("rig");
    let (mut json, rest) = chunks(&bytes);
    let names: BTreeMap<String, usize> = json["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .enumerate()
        .map(|(index, node)| (node["name"].as_str().expect("name").to_owned(), index))
        .collect();
    let nodes = read_scene(glb).expect("rig").nodes;
    let bones: serde_json::Map<String, Value> =
        humanoid.iter().map(|(bone, node)| (bone.clone(), json!({ "node": names[&nodes[*node].name] }))).collect();
    json["extensionsUsed"] = json!(["VRMC_vrm"]);
    json["extensions"] = json!({ "VRMC_vrm": {
        "specVersion": "1.0",
        "meta": { "name": "Drawn", "authors": ["RoPAR"], "licenseUrl": "https://vrm.dev/licenses/1.0/" },
        "humanoid": { "humanBones": bones },
        "expressions": { "preset": { "happy": { "isBinary": true } } },
    } });
    let mut text = serde_json::to_vec(&json).expect("JSON");
    text.resize(text.len().next_multiple_of(4), b' ');
    let mut out = b"glTF\x02\0\0\0".to_vec();
    out.extend(u32::try_from(20 + text.len() + rest.len()).expect("small").to_le_bytes());
    out.extend(u32::try_from(text.len()).expect("small").to_le_bytes());
    out.extend(b"JSON");
    out.extend(text);
    out.extend(rest);
    fs::write(vrm, out).expect("write");
    json["extensions"].clone()
}

/// Places of all nodes by name in some frames of a take.
fn places(path: &Path, take: &str, frames: &[usize]) -> BTreeMap<String, Vec<DVec3>> {
    let scene = read_scene(path).expect("reads");
    let take = scene.take(take).unwrap_or_else(|| panic!("{} has no take `{take}`", path.display()));
    let mut found: BTreeMap<String, Vec<DVec3>> = BTreeMap::new();
    for frame in frames {
        for (node, place) in scene.nodes.iter().zip(global_positions(&scene.nodes, Some((take, *frame)))) {
            found.entry(node.name.clone()).or_default().push(place);
        }
    }
    found
}

fn assert_alike(one: &Path, other: &Path, take: &str, frames: &[usize]) {
    let (one_places, other_places) = (places(one, take, frames), places(other, take, frames));
    let common: Vec<&String> = one_places.keys().filter(|name| other_places.contains_key(*name)).collect();
    assert!(common.len() > 20, "{}: {common:?}", other.display());
    for name in common {
        for (a, b) in one_places[name].iter().zip(&other_places[name]) {
            assert!(a.distance(*b) < 1e-3, "{}: `{name}` is {} m off", other.display(), a.distance(*b));
        }
    }
}

/// A HumanIK rig as GLB and as FBX with a take of its own, and one with VRM's table as GLB and as VRM. Answers what
/// the avatar's extension holds.
fn characters(workplace: &Workplace) -> Value {
    let avatar = common::rigs::load("unity");
    let extension = as_avatar(
        &workplace.path("rigs/unity.glb"),
        &common::humanoid_table(&avatar),
        &workplace.path("rigs/avatar.vrm"),
    );
    let human_ik = read_scene(&workplace.path("rigs/human_ik.glb")).expect("rig");
    workplace.clip("idle.glb", 20, 0.2);
    let idle = workplace.path("clips/idle.glb");
    let target = workplace.path("rigs/human_ik.glb");
    let moved = ropar_exporters::retarget_files::Character::read(&idle, &Default::default()).expect("clip");
    let onto = ropar_exporters::retarget_files::Character::read(&target, &Default::default()).expect("rig");
    let retargeter = ropar_exporters::retarget_files::retargeter(&moved, &onto).expect("pair");
    let mut take = retargeter.retarget(moved.take(None).expect("take"), &Default::default()).expect("retargets").take;
    take.name = "idle".to_owned();
    let scene = Scene { takes: vec![take], ..human_ik };
    write_scene(&workplace.path("rigs/hero.fbx"), &scene, &WriteSceneOptions::default()).expect("rig");
    fs::remove_file(idle).expect("remove");
    extension
}

const TARGETS: [&str; 8] = [
    "--target",
    "rigs/human_ik.glb",
    "--target",
    "rigs/hero.fbx",
    "--target",
    "rigs/unity.glb",
    "--target",
    "rigs/avatar.vrm",
];

#[test]
fn clips_go_onto_fbx_and_vrm_characters_in_their_own_formats() {
    let workplace = Workplace::new(&["human_ik", "unity"]);
    let extension = characters(&workplace);
    for number in 0..5 {
        workplace.clip(&format!("swing_{number}.bvh"), 40, 0.3 + 0.1 * number as f32);
    }
    let words: Vec<&str> = ["--glob", "clips/*.bvh", "--out", "out"].into_iter().chain(TARGETS).collect();
    let (code, answer) = workplace.run(&words);
    assert_eq!((code, &answer["made"]), (0, &json!(20)), "{answer}");
    for number in 0..5 {
        let name = format!("swing_{number}");
        let path = |target: &str, extension: &str| workplace.path(&format!("out/{target}/{name}.{extension}"));
        let frames = [0, 13, 27, 39];
        assert_alike(&path("human_ik", "glb"), &path("hero", "fbx"), &name, &frames);
        assert_alike(&path("unity", "glb"), &path("avatar", "vrm"), &name, &frames);
        // The first bytes of a binary FBX file, and its own take beside the new one.
        assert!(fs::read(path("hero", "fbx")).expect("file").starts_with(b"Kaydara FBX Binary  \0"));
        let takes: Vec<String> =
            read_scene(&path("hero", "fbx")).expect("reads").takes.into_iter().map(|take| take.name).collect();
        assert_eq!(takes, ["idle", name.as_str()]);
        let bytes = fs::read(path("avatar", "vrm")).expect("file");
        let (json, _) = chunks(&bytes);
        assert_eq!(json["extensions"], extension);
        assert_eq!(json["animations"][0]["name"], name.as_str());
    }
}

#[test]
fn many_prompts_go_onto_an_fbx_character() {
    let workplace = Workplace::new(&["human_ik", "unity"]);
    characters(&workplace);
    let prompts =
        ["a person waves", "a person bows", "a person walks forward", "a person kicks", "a person claps hands"];
    fs::write(workplace.path("prompts.txt"), prompts.join("\n")).expect("write");
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/pretrained/ropar-base");
    let words = ["--prompts", "prompts.txt", "--seconds", "0.8", "--samples", "2", "--package", package];
    let more = ["--backend", "embedded", "--out", "out", "--target", "rigs/hero.fbx", "--target", "rigs/human_ik.glb"];
    let words: Vec<&str> = words.into_iter().chain(more).collect();
    let (code, answer) = workplace.run(&words);
    assert_eq!((code, &answer["made"]), (0, &json!(20)), "{answer}");
    for prompt in prompts {
        for sample in 1..=2 {
            let name = format!("{}_{sample}", prompt.replace(' ', "_"));
            let path = |target: &str, extension: &str| workplace.path(&format!("out/{target}/{name}.{extension}"));
            let scene = read_scene(&path("hero", "fbx")).expect("reads");
            // 0.8 s at 30 frames a second.
            assert_eq!(scene.take(&name).map(|take| (take.frames, take.fps)), Some((24, 30.0)), "{name}");
            assert_alike(&path("human_ik", "glb"), &path("hero", "fbx"), &name, &[0, 11, 23]);
            for path in [path("hero", "fbx"), path("human_ik", "glb")] {
                let scene = read_scene(&path).expect("reads");
                let provenance = &scene.take(&name).expect("take").provenance;
                assert_eq!(provenance["prompt"], prompt);
                assert_eq!(provenance["licence"]["id"], "CC-BY-NC-4.0");
            }
        }
    }
}
