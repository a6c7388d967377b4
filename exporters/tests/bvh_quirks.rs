//! BVH files as they come: `tests/data/bvh`, each named by what it holds.

mod common;

use common::{Dice, data};
use glam::DVec3;
use ropar_exporters::bvh::{self, BvhClip, BvhError, Limits};

fn read(name: &str) -> Result<BvhClip, BvhError> {
    bvh::read(&std::fs::read(data(&format!("bvh/{name}.bvh"))).unwrap())
}

/// Every accepted variant of `plain.bvh` holds the same motion.
#[test]
fn variants_of_spelling_read_alike() {
    let plain = read("plain").unwrap();
    assert!(plain.warnings.is_empty());
    assert_eq!((plain.frame_count, plain.fps()), (3, 24.0));
    let names = |clip: &BvhClip| clip.joints.iter().map(|joint| joint.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&plain), ["Base", "Boom", "Tip", "Tip_end"]);
    for name in [
        "byte_order_mark",
        "crlf",
        "carriage_return_only",
        "tabs_between_numbers",
        "brace_on_keyword_line",
        "lower_case_keywords",
        "space_before_colon",
        "no_space_after_colon",
        "scientific_notation",
        "named_end_site",
        "trailing_spaces_and_blank_lines",
        "frames_wrapped_over_lines",
    ] {
        let clip = read(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(clip, plain, "{name}");
    }
    for (name, expected) in [
        ("names_with_colon", ["rig:Base", "rig:Boom", "rig:Tip", "rig:Tip_end"]),
        ("names_with_spaces", ["Base", "The Boom", "Tip of it", "Tip of it_end"]),
        ("latin1_name", ["Base", "Tr\u{fffd}ger", "Tip", "Tip_end"]),
    ] {
        let clip = read(name).unwrap();
        assert_eq!(names(&clip), expected, "{name}");
        assert_eq!(clip.frames, plain.frames, "{name}");
    }
    assert_eq!(names(&read("leaf_without_end_site").unwrap()), ["Base", "Boom", "Tip"]);
}

#[test]
fn wrong_frame_counts_are_put_up_with() {
    let plain = read("plain").unwrap();
    for (name, frames, warning) in [
        ("fewer_frames_than_declared", 3, "says 9 frames but the file has 3"),
        ("more_frames_than_declared", 3, "says 2 frames but the file has 3"),
        ("last_frame_cut_off", 2, "the last frame has 8 of 12 values"),
    ] {
        let clip = read(name).unwrap();
        assert_eq!(clip.frame_count, frames, "{name}");
        assert_eq!(clip.frames, plain.frames[..frames * 12], "{name}");
        assert!(clip.warnings[0].contains(warning), "{name}: {:?}", clip.warnings);
    }
}

/// Positions worked out by hand from the rotation matrices.
#[test]
fn channels_compose_in_the_order_of_the_file() {
    // Frame 1: base at (1, 90.5, 2) turned 90 degrees about Y, boom turned 30 about Z, tip turned 20 about X.
    // The boom's 25 along X: Rz(30) gives (25 cos 30, 25 sin 30, 0), Ry(90) takes X to -Z.
    let at = read("plain").unwrap().global_positions(1);
    let (cos, sin) = (30f64.to_radians().cos(), 30f64.to_radians().sin());
    assert!(at[1].distance(DVec3::new(1.0, 120.5, 2.0)) < 1e-9, "{}", at[1]);
    assert!(at[2].distance(DVec3::new(1.0, 120.5 + 25.0 * sin, 2.0 - 25.0 * cos)) < 1e-9, "{}", at[2]);
    // The tip's own turn is about X, along which its End Site lies.
    assert!(at[3].distance(DVec3::new(1.0, 120.5 + 35.0 * sin, 2.0 - 35.0 * cos)) < 1e-9, "{}", at[3]);

    // With the names in the order Y, X, Z the same columns mean: base turned 90 about Z, boom 30 about Y, tip 20 about X.
    let at = read("rotation_order_yxz").unwrap().global_positions(1);
    assert!(at[1].distance(DVec3::new(1.0 - 30.0, 90.5, 2.0)) < 1e-9, "{}", at[1]);
    assert!(at[2].distance(at[1] + DVec3::new(0.0, 25.0 * cos, -25.0 * sin)) < 1e-9, "{}", at[2]);

    // Columns 0 to 2 are angles about Z, X, Y, columns 3 to 5 the position.
    let clip = read("rotations_before_positions").unwrap();
    assert_eq!(clip.global_positions(1)[0], DVec3::new(0.0, 0.0, 90.0));
}

#[test]
fn position_channels_replace_the_offset() {
    let clip = read("positions_on_every_joint").unwrap();
    let plain = read("plain").unwrap();
    for frame in 0..2 {
        for (a, b) in clip.global_positions(frame).iter().zip(plain.global_positions(frame)) {
            assert!(a.distance(b) < 1e-9);
        }
    }
    let pose = clip.local_pose(2);
    assert_eq!((pose[1].0, pose[2].0), (DVec3::new(0.0, 35.0, 0.0), DVec3::new(25.0, 0.0, 1.0)));
}

#[test]
fn a_second_root_is_kept_and_told() {
    let clip = read("two_roots").unwrap();
    assert_eq!(clip.joints.last().map(|joint| (joint.name.as_str(), joint.parent)), Some(("Prop", None)));
    assert_eq!(clip.global_positions(2)[4], DVec3::new(5.0, 6.0, 7.0));
    assert_eq!(clip.warnings, ["the file has 2 roots"]);
}

#[test]
fn bvh_anim_agrees_on_what_it_can_read() {
    for name in ["plain", "crlf", "tabs_between_numbers", "scientific_notation", "rotation_order_yxz"] {
        let ours = read(name).unwrap();
        let bytes = std::fs::read(data(&format!("bvh/{name}.bvh"))).unwrap();
        let theirs = bvh_anim::from_bytes(&bytes[..]).unwrap();
        for (frame, values) in theirs.frames().enumerate() {
            for (a, b) in values.as_slice().iter().zip(ours.frame(frame)) {
                assert!((f64::from(*a) - b).abs() < 1e-4, "{name}, frame {frame}");
            }
        }
        assert_eq!(theirs.num_frames(), ours.frame_count, "{name}");
    }
}

#[test]
fn wrong_files_are_refused_with_line_and_reason() {
    for (name, expected) in [
        ("wrong_nan", "line 25: frame 1, joint `Base`: a channel value is `nan`"),
        ("wrong_infinity", "line 25: frame 1, joint `Base`: a channel value is `1e999`, not a finite number"),
        ("wrong_decimal_comma", "line 25: frame 1, joint `Base`: a channel value should be a number, found `90,5`"),
        ("wrong_short_line", "line 25: the frame has 11 values, the joints have 12 channels"),
        (
            "wrong_short_lines",
            "line 25: the frame has 22 values up to the end of the line, the joints have 12 channels",
        ),
        ("wrong_long_line", "line 25: the frame has 13 values, the joints have 12 channels"),
        ("wrong_missing_brace", "line 20: MOTION begins inside of `Base`"),
        ("wrong_extra_brace", "line 21: expected ROOT or MOTION, found `}`"),
        ("wrong_cut_off_in_hierarchy", "line 12: an OFFSET should be a number, found the end of the file"),
        ("wrong_channel_name", "line 9: expected a channel such as Xposition, found `Zrotatoin`"),
        ("wrong_channel_count", "line 9: the number of CHANNELS should be 0 to 6, found `three`"),
        ("wrong_frame_time_zero", "`Frame Time` is 0"),
        ("wrong_frame_time_in_microseconds", "line 23: `Frame Time` is 33333; it is in seconds"),
        ("wrong_negative_frames", "`Frames` is -3, not a count"),
        ("wrong_no_frames", "there is no complete frame; a frame has 12 values"),
        ("wrong_utf16", "UTF-16"),
        ("wrong_other_file", "line 1: expected `HIERARCHY` at the start of the file, found `#!/bin/sh`"),
    ] {
        let message = read(name).expect_err(name).to_string();
        assert!(message.contains(expected), "{name}: {message}");
    }
    assert!(bvh::read(b"").is_err());
}

#[test]
fn limits_hold() {
    let limits = Limits { joints: 3, ..Limits::default() };
    let plain = std::fs::read(data("bvh/plain.bvh")).unwrap();
    assert!(matches!(bvh::read_with(&plain, &limits), Err(BvhError::Limit { what: "joints", .. })));
    let limits = Limits { nesting: 2, ..Limits::default() };
    assert!(matches!(bvh::read_with(&plain, &limits), Err(BvhError::Limit { what: "nested joints", .. })));
    let limits = Limits { values: 30, ..Limits::default() };
    assert!(matches!(bvh::read_with(&plain, &limits), Err(BvhError::Limit { what: "channel values", .. })));
    let claim = String::from_utf8(plain).unwrap().replace("Frames: 3", "Frames: 99999999999");
    assert!(matches!(bvh::read(claim.as_bytes()), Err(BvhError::Limit { what: "frames", .. })));
    let deep = format!("HIERARCHY\nROOT a\n{{\n{}", "JOINT b\n{\n".repeat(100_000));
    assert!(matches!(bvh::read(deep.as_bytes()), Err(BvhError::Limit { what: "nested joints", .. })));
}

#[test]
fn damage_never_panics() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for entry in std::fs::read_dir(data("bvh")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for length in 0..bytes.len() {
            exercise(&bytes[..length]);
        }
        for _ in 0..300 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + dice.roll(3) {
                let place = dice.roll(damaged.len());
                damaged[place] = b"{}\n\r \t0-.eE:RJOMFX\0\xff"[dice.roll(20)];
            }
            exercise(&damaged);
        }
    }
}

/// Uses what was read, where it was read, in every way there is.
fn exercise(bytes: &[u8]) {
    if let Ok(clip) = bvh::read(bytes) {
        assert_eq!(clip.frames.len(), clip.frame_count * clip.channel_count());
        clip.global_positions(clip.frame_count - 1);
        let _ = bvh::to_motion(&clip);
        let _ = bvh::positions_22(&clip);
    }
}
