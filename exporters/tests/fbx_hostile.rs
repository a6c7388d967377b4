//! FBX files that are cut off, damaged or made to do harm: an error in words, bounded memory, no panic.

mod common;

use std::fs;

use common::{Dice, data};
use ropar_exporters::fbx::{self, FbxError, InsertOptions};
use ropar_exporters::scene::{Take, Track};

fn bytes(name: &str) -> Vec<u8> {
    fs::read(data("fbx").join(format!("{name}.fbx"))).unwrap()
}

fn still() -> Take {
    let track = Track { node: 0, rotation: Some(vec![glam::DQuat::IDENTITY; 2]), ..Track::default() };
    Take { name: "still".to_owned(), fps: 30.0, frames: 2, tracks: vec![track], ..Take::default() }
}

fn refusal(bytes: &[u8]) -> String {
    match fbx::read(bytes) {
        Ok(scene) => panic!("read with {} nodes", scene.nodes.len()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_no_fbx_file_is_refused() {
    let long = b"lorem ipsum dolor sit amet ".repeat(1000);
    let others: [&[u8]; 6] = [b"", b"\0", b"glTF\x02\0\0\0", b"HIERARCHY\nROOT Hips\n{\n}\n", &[0xFF; 4096], &long];
    for other in others {
        assert!(!refusal(other).is_empty());
        assert!(fbx::insert(other, &still(), &InsertOptions::default()).is_err());
    }
}

#[test]
fn binary_files_cut_off_anywhere_are_refused() {
    for name in ["binary_7400_plain_7400", "binary_7500_skinned_triangle"] {
        let whole = bytes(name);
        // What follows the records, 176 bytes at most, tells nothing.
        for length in (0..whole.len() - 200).step_by(61) {
            let error = fbx::read(&whole[..length]).expect_err(name);
            assert!(!error.to_string().is_empty());
            assert!(fbx::insert(&whole[..length], &still(), &InsertOptions::default()).is_err(), "{name} {length}");
        }
    }
}

#[test]
fn text_files_cut_off_anywhere_do_no_harm() {
    for name in ["plain_7400", "plain_6100"] {
        let whole = bytes(name);
        let mut refused = 0;
        for length in (0..whole.len()).step_by(61) {
            refused += usize::from(fbx::read(&whole[..length]).is_err());
            let _ = fbx::insert(&whole[..length], &still(), &InsertOptions::default());
        }
        assert!(refused * 2 > whole.len() / 61, "{name}: only {refused} cuts were noticed");
    }
}

#[test]
fn damaged_bytes_do_no_harm() {
    let mut dice = Dice(0x5EED_F00D);
    for name in ["binary_7400_plain_7400", "binary_7500_pivots_and_offsets", "plain_7400", "plain_6100"] {
        let whole = bytes(name);
        for _ in 0..150 {
            let mut damaged = whole.clone();
            for _ in 0..=dice.roll(4) {
                let at = dice.roll(damaged.len());
                damaged[at] = dice.roll(256) as u8;
            }
            let _ = fbx::read(&damaged);
            let _ = fbx::insert(&damaged, &still(), &InsertOptions::default());
        }
    }
}

fn replaced(name: &str, old: &str, new: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes(name)).unwrap();
    assert!(text.contains(old), "{old}");
    text.replace(old, new).into_bytes()
}

#[test]
fn more_frames_than_any_take_has_are_refused() {
    let stop = (4.0 / 30.0 * 46_186_158_000.0_f64).round() as i64;
    let file = replaced(
        "plain_7400",
        &format!("\"LocalStop\", \"KTime\", \"Time\", \"\",{stop}"),
        "\"LocalStop\", \"KTime\", \"Time\", \"\",9223372036854775807",
    );
    assert!(refusal(&file).contains("frames"), "{}", refusal(&file));
    let file = replaced("rate_custom_29_97", "\"Number\", \"\",29.97", "\"Number\", \"\",1e12");
    let scene = fbx::read(&file).unwrap();
    assert!(scene.warnings.iter().any(|warning| warning.contains("not credible")), "{:?}", scene.warnings);
}

#[test]
fn numbers_that_are_none_are_refused_or_replaced() {
    for number in ["nan", "inf", "1e999", "-1e308"] {
        let file = replaced("plain_7400", "0.0,95.0,0.0", &format!("0.0,{number},0.0"));
        if let Ok(scene) = fbx::read(&file) {
            assert!(scene.nodes.iter().all(|node| node.rest.matrix().is_finite()), "{number}");
            assert!(ropar_exporters::scene::global_positions(&scene.nodes, None)[0].is_finite(), "{number}");
        }
    }
}

#[test]
fn nodes_in_a_circle_and_ten_thousand_deep_are_refused() {
    // The root hangs on the last of the chain.
    let circle = replaced("plain_7400", "C: \"OO\",1000,0", "C: \"OO\",1000,1002");
    if let Ok(scene) = fbx::read(&circle) {
        assert!(scene.nodes.len() <= 5);
    }
    let mut objects = String::new();
    let mut connections = String::new();
    for node in 0..10_000 {
        let (id, parent) = (1000 + node, if node == 0 { 0 } else { 999 + node });
        objects += &format!("Model: {id}, \"Model::n{node}\", \"LimbNode\" {{\n}}\n");
        connections += &format!("C: \"OO\",{id},{parent}\n");
    }
    let deep = format!(
        "; FBX 7.4.0 project file\nFBXHeaderExtension: {{\nFBXVersion: 7400\n}}\n\
         Objects: {{\n{objects}}}\nConnections: {{\n{connections}}}\n"
    );
    let error = refusal(deep.as_bytes());
    assert!(error.contains("limit of 1000"), "{error}");
}

/// A file with one array that claims `count` numbers in `packed` bytes.
fn with_array(kind: u8, count: u32, packed: &[u8]) -> Vec<u8> {
    fn record(name: &str, values: &[u8], count: u32, inside: &[u8], at: usize) -> Vec<u8> {
        let head = 13 + name.len() + values.len();
        let end = at + head + inside.len();
        let mut bytes: Vec<u8> =
            [end as u32, count, values.len() as u32].iter().flat_map(|n| n.to_le_bytes()).collect();
        bytes.push(name.len() as u8);
        [&bytes, name.as_bytes(), values, inside].concat()
    }
    let mut array = vec![kind];
    array.extend([count, 1, packed.len() as u32].iter().flat_map(|number| number.to_le_bytes()));
    array.extend(packed);
    let id = [&b"L"[..], &7_i64.to_le_bytes(), b"S\0\0\0\0S\0\0\0\0"].concat();
    let header = b"Kaydara FBX Binary  \0\x1A\0\xE8\x1C\0\0";
    let objects_head = 13 + "Objects".len();
    let curve_head = 13 + "AnimationCurve".len() + id.len();
    let times = record("KeyTime", &array, 1, &[], header.len() + objects_head + curve_head);
    let curve = record("AnimationCurve", &id, 3, &[&times[..], &[0; 13]].concat(), header.len() + objects_head);
    let objects = record("Objects", &[], 0, &[&curve[..], &[0; 13]].concat(), header.len());
    [header, &objects[..], &[0; 13], &[0; 160]].concat()
}

#[test]
fn arrays_that_unpack_to_gigabytes_are_refused_before_they_do() {
    // Two bytes of zlib head, then a block of zeros.
    let packed = [0x78, 0x9C, 0x63, 0x60, 0x60, 0x00, 0x00];
    for (kind, count) in [(b'l', 200_000_000), (b'd', 500_000_000), (b'l', u32::MAX), (b'f', u32::MAX)] {
        match fbx::read(&with_array(kind, count, &packed)) {
            Err(FbxError::Memory { .. } | FbxError::Malformed(_) | FbxError::Truncated { .. }) => {}
            other => panic!("{count}: {other:?}"),
        }
    }
    // Peak of this process, all tests of this file together; the arrays above claim 1.6 GB and more.
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kilobytes: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes < 600_000, "{kilobytes} kB");
    }
}
