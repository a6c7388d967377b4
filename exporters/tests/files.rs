//! Files by name: formats, errors, and writing all or nothing.

mod common;

use std::fs;
use std::path::Path;

use common::{bits, metadata, swinging};
use ropar_exporters::{
    Clip, Error, ErrorKind, Format, JointNames, read_clip, read_scene, replace_joints, write_clip, write_clip_named,
};

fn clip() -> Clip {
    Clip::new(swinging(30, 20.0), metadata())
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn clips_are_written_and_read_by_extension() {
    let folder = tempfile::tempdir().unwrap();
    for (name, keeps_metadata) in [("a.glb", true), ("B.GLB", true), ("c.bvh", false), ("d.Bvh", false)] {
        let path = folder.path().join(name);
        write_clip(&path, &clip(), Some(30.0)).unwrap();
        let read = read_clip(&path).unwrap();
        assert_eq!(read.motion.fps, 30.0);
        assert_eq!(read.motion.frames(), clip().motion.resample(30.0).frames());
        assert_eq!(read.extras == metadata(), keeps_metadata, "{name}");
    }
    // Nothing but the files: no temporary one is left.
    assert_eq!(names_in(folder.path()), ["B.GLB", "a.glb", "c.bvh", "d.Bvh"]);
}

/// HumanIK's slots as Maya's character definition names them, in the order of RoPAR's joints: typed off its panel.
const HUMAN_IK: [&str; 22] = [
    "Hips",
    "LeftUpLeg",
    "RightUpLeg",
    "Spine",
    "LeftLeg",
    "RightLeg",
    "Spine1",
    "LeftFoot",
    "RightFoot",
    "Spine2",
    "LeftToeBase",
    "RightToeBase",
    "Neck",
    "LeftShoulder",
    "RightShoulder",
    "Head",
    "LeftArm",
    "RightArm",
    "LeftForeArm",
    "RightForeArm",
    "LeftHand",
    "RightHand",
];

#[test]
fn fbx_files_have_human_iks_names_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.fbx");
    write_clip_named(&path, &clip(), None, JointNames::HumanIk).unwrap();
    let scene = read_scene(&path).unwrap();
    let names: Vec<&str> = scene.nodes.iter().map(|node| node.name.as_str()).collect();
    for (index, name) in HUMAN_IK.iter().enumerate() {
        assert_eq!(names.iter().filter(|found| *found == name).count(), 1, "{name}");
        let plain = ropar_core::skeleton::JOINT_NAMES[index];
        assert!(!names.contains(&plain), "{plain}");
    }
    // The same animation is on them as on the plain names.
    let plain = folder.path().join("plain.fbx");
    write_clip(&plain, &clip(), None).unwrap();
    let other = read_scene(&plain).unwrap();
    assert_eq!(scene.takes[0].frames, other.takes[0].frames);
    for node in 0..scene.nodes.len() {
        let last = scene.takes[0].frames - 1;
        let (one, two) = (&scene.takes[0], &other.takes[0]);
        assert_eq!(one.local(&scene.nodes, node, last), two.local(&other.nodes, node, last));
    }

    for name in ["walk.glb", "walk.bvh", "walk.vrma"] {
        let error = write_clip_named(&folder.path().join(name), &clip(), None, JointNames::HumanIk).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("only .fbx files"), "{error}");
    }
    assert_eq!(names_in(folder.path()), ["plain.fbx", "walk.fbx"]);
}

#[test]
fn joints_are_replaced_in_files_of_both_formats() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["clip.glb", "clip.bvh"] {
        let (input, output) = (folder.path().join(name), folder.path().join(format!("new_{name}")));
        write_clip(&input, &clip(), None).unwrap();
        let motion = read_clip(&input).unwrap().motion;
        replace_joints(&input, &output, &motion, &[1, 2], &metadata()).unwrap();
        assert_eq!(bits(&read_clip(&output).unwrap().motion), bits(&motion));
        // The output may be the input.
        replace_joints(&input, &input, &motion, &[1, 2], &metadata()).unwrap();
    }
    let (glb, bvh) = (folder.path().join("clip.glb"), folder.path().join("other.bvh"));
    let error = replace_joints(&glb, &bvh, &clip().motion, &[1], &metadata()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(!bvh.exists());
}

#[test]
fn unknown_extensions_are_refused_before_anything_is_touched() {
    for name in ["clip.blend", "clip", "clip.", ".glb", "glb", "clip.glb.txt"] {
        let error = Format::of(Path::new(name)).unwrap_err();
        assert!(matches!(error, Error::UnsupportedExtension { .. }), "{name}");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(write_clip(Path::new(name), &clip(), None).is_err());
    }
    assert_eq!(Format::of(Path::new("my clip.v2.bvh")).unwrap(), Format::Bvh);
}

#[test]
fn missing_and_damaged_input_is_told_with_the_file_name() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nothing.glb");
    let error = read_clip(&missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("nothing.glb"), "{error}");
    for (name, content) in [("bad.glb", &b"glTF\x02"[..]), ("bad.bvh", b"HIERARCHY\nROOT"), ("empty.glb", b"")] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let error = read_clip(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn impossible_rates_are_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    for fps in [0.0, -30.0, 1e9, f32::NAN, f32::INFINITY] {
        let path = folder.path().join("clip.glb");
        let error = write_clip(&path, &clip(), Some(fps)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(!path.exists());
    }
}

#[test]
fn impossible_targets_are_told_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let error = write_clip(&folder.path().join("no/such/clip.glb"), &clip(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("does not exist"), "{error}");

    let directory = folder.path().join("folder.glb");
    fs::create_dir(&directory).unwrap();
    let error = write_clip(&directory, &clip(), None).unwrap_err();
    assert!(error.to_string().contains("it is a folder"), "{error}");
    assert_eq!(names_in(folder.path()), ["folder.glb"]);

    // A device folder in which nobody, the superuser included, can make files.
    #[cfg(target_os = "linux")]
    if Path::new("/proc/self").is_dir() {
        let error = write_clip(Path::new("/proc/clip.glb"), &clip(), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Output);
    }
}

#[test]
fn a_failed_write_keeps_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.glb");
    fs::write(&path, "precious").unwrap();
    let mut bad = clip();
    bad.motion.root[3].x = f32::NAN;
    assert_eq!(write_clip(&path, &bad, None).unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(fs::read(&path).unwrap(), b"precious");

    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let error = write_clip(&path, &clip(), None).unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(names_in(folder.path()), ["clip.glb"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_its_file_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (link, far) = (folder.path().join("clip.glb"), folder.path().join("far"));
    fs::create_dir(&far).unwrap();
    fs::write(far.join("real.glb"), "old").unwrap();
    std::os::unix::fs::symlink("far/real.glb", &link).unwrap();
    write_clip(&link, &clip(), None).unwrap();
    assert!(link.is_symlink() && read_clip(&far.join("real.glb")).is_ok());
    assert_eq!(names_in(&far), ["real.glb"]);
    fs::remove_file(far.join("real.glb")).unwrap();
    let error = write_clip(&link, &clip(), None).unwrap_err();
    assert!(error.kind() == ErrorKind::Output && error.to_string().contains("cannot be found"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_written_file_has_the_permissions_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::write(folder.path().join("ordinary"), "").unwrap();
    write_clip(&folder.path().join("clip.glb"), &clip(), None).unwrap();
    assert_eq!(mode("clip.glb"), mode("ordinary"));

    fs::set_permissions(folder.path().join("clip.glb"), fs::Permissions::from_mode(0o640)).unwrap();
    write_clip(&folder.path().join("clip.glb"), &clip(), None).unwrap();
    assert_eq!(mode("clip.glb"), 0o640);
}
