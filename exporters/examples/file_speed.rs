//! How fast scene files are read and changed, beside a peer in the same run:
//!
//! `cargo run --release -p ropar-exporters --example file_speed -- FOLDER`
//!
//! Draws `walk.bvh` (ten minutes at 60 frames a second) and `character.glb` (30 MB) into the folder, times every task
//! several times by turns, and prints the least of each in seconds as JSON: processor time, and time on the clock (`wall`). `tests/benchmarks/scene_files.sh` has
//! Blender read the same files.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use glam::{EulerRot, Quat, Vec3};
use ropar_core::motion::Motion;
use ropar_core::skeleton::JOINT_COUNT;
use ropar_exporters::gltf::{self, Container};
use ropar_exporters::scene::from_motion;
use ropar_exporters::{InsertTakesOptions, WriteSceneOptions, bvh, insert_takes, read_scene};
use serde_json::{Value, json};

/// Rounds over all tasks; the shortest time of each counts, because what else the machine does only adds.
const ROUNDS: usize = 7;
/// Bytes of the character's vertices and pictures.
const CHARACTER_BYTES: usize = 30_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: file_speed FOLDER")?;
    let folder = Path::new(&folder);
    let (walk, character, output) = (folder.join("walk.bvh"), folder.join("character.glb"), folder.join("out.glb"));
    let long = from_motion(&motion(36_000, 60.0), "walk");
    std::fs::write(&walk, bvh::write_scene(&long, long.takes.first())?.text)?;
    let take = from_motion(&motion(300, 30.0), "wave");
    std::fs::write(&character, drawn_character(&gltf::write(&take, Container::Binary)?)?)?;

    let mut times = [(Duration::MAX, Duration::MAX); 4];
    for _ in 0..ROUNDS {
        let mut timed = |task: usize, work: &dyn Fn() -> Result<(), Box<dyn Error>>| -> Result<(), Box<dyn Error>> {
            let (start, clock) = (ProcessTime::now(), Instant::now());
            work()?;
            times[task] = (times[task].0.min(start.elapsed()), times[task].1.min(clock.elapsed()));
            Ok(())
        };
        timed(0, &|| {
            black_box(bvh::read(&std::fs::read(&walk)?)?);
            Ok(())
        })?;
        timed(1, &|| {
            black_box(bvh_anim::from_bytes(&std::fs::read(&walk)?)?);
            Ok(())
        })?;
        timed(2, &|| {
            black_box(read_scene(&walk)?);
            Ok(())
        })?;
        timed(3, &|| {
            let how = InsertTakesOptions { name: Some("again".to_owned()), replace: false };
            insert_takes(&take, &character, &output, &WriteSceneOptions::default(), &how)?;
            Ok(())
        })?;
    }
    let [values, peer, scene, inserted] = times.map(|(time, _)| time.as_secs_f64());
    let wall = times.map(|(_, wall)| wall.as_secs_f64());
    let report = json!({
        "bvh_bytes": std::fs::metadata(&walk)?.len(), "bvh_frames": 36_000, "glb_bytes": std::fs::metadata(&character)?.len(),
        "bvh_read": values, "bvh_anim_read": peer, "bvh_to_scene": scene, "glb_insert": inserted,
        "wall": wall,
    });
    println!("{report}");
    Ok(())
}

fn motion(frames: usize, fps: f32) -> Motion {
    let time = |frame: usize| frame as f32 / fps;
    let turn = |frame, joint: usize| {
        let phase = time(frame) * (1.0 + 0.13 * joint as f32);
        Quat::from_euler(EulerRot::YXZ, 0.4 * phase.sin(), 0.3 * (phase + 1.0).sin(), 0.25 * (phase + 2.0).cos())
    };
    Motion {
        fps,
        root: (0..frames).map(|frame| Vec3::new(0.3 * time(frame).sin(), 0.95, -0.8 * time(frame).cos())).collect(),
        rotations: (0..frames)
            .map(|frame| std::array::from_fn::<_, JOINT_COUNT, _>(|joint| turn(frame, joint)))
            .collect(),
    }
}

/// The skeleton of `file`, a GLB, with a mesh and a picture of the size that characters have.
fn drawn_character(file: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let word = |at: usize| u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]) as usize;
    let json_bytes = word(12);
    let mut document: Value = serde_json::from_slice(&file[20..20 + json_bytes])?;
    let mut binary = file[28 + json_bytes..].to_vec();
    // A row of vertices: position and normal, four joints, four weights; none of it is looked at.
    let rows = CHARACTER_BYTES / 2 / 48;
    let mut noise = 0x2545_F491_4F6C_DD1D_u64;
    let mut more = |bytes: usize, binary: &mut Vec<u8>| {
        let start = binary.len();
        while binary.len() < start + bytes {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            binary.extend(noise.to_le_bytes());
        }
        json!({ "buffer": 0, "byteOffset": start, "byteLength": bytes })
    };
    let views = document["bufferViews"].as_array_mut().ok_or("no views")?;
    let first = views.len();
    for bytes in [rows * 12, rows * 12, rows * 8, rows * 16, CHARACTER_BYTES / 2] {
        views.push(more(bytes, &mut binary));
    }
    let accessors = document["accessors"].as_array_mut().ok_or("no accessors")?;
    let vertices = accessors.len();
    for (view, kind, shape) in [(0, 5126, "VEC3"), (1, 5126, "VEC3"), (2, 5123, "VEC4"), (3, 5126, "VEC4")] {
        accessors.push(json!({ "bufferView": first + view, "componentType": kind, "count": rows, "type": shape }));
    }
    document["images"] = json!([{ "bufferView": first + 4, "mimeType": "image/png" }]);
    document["textures"] = json!([{ "source": 0 }]);
    document["materials"] = json!([{ "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } } }]);
    let attributes = json!({
        "POSITION": vertices, "NORMAL": vertices + 1, "JOINTS_0": vertices + 2, "WEIGHTS_0": vertices + 3,
    });
    document["meshes"] = json!([{ "primitives": [{ "attributes": attributes, "material": 0 }] }]);
    let nodes = document["nodes"].as_array_mut().ok_or("no nodes")?;
    nodes.push(json!({ "name": "body", "mesh": 0, "skin": 0 }));
    let body = nodes.len() - 1;
    document["scenes"][0]["nodes"].as_array_mut().ok_or("no scene")?.push(json!(body));
    document["buffers"][0]["byteLength"] = json!(binary.len());

    let mut text = document.to_string().into_bytes();
    text.resize(text.len().next_multiple_of(4), b' ');
    binary.resize(binary.len().next_multiple_of(4), 0);
    let mut bytes = b"glTF\x02\0\0\0".to_vec();
    bytes.extend(((28 + text.len() + binary.len()) as u32).to_le_bytes());
    for (kind, content) in [(b"JSON", &text), (b"BIN\0", &binary)] {
        bytes.extend((content.len() as u32).to_le_bytes());
        bytes.extend(kind);
        bytes.extend(content);
    }
    Ok(bytes)
}
