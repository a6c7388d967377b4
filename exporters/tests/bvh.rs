//! BVH: round trips, a second reader, joints replaced in place.

mod common;

use common::{bits, swinging};
use glam::DVec3;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, joint, rest_offsets};
use ropar_exporters::bvh;

#[test]
fn a_motion_comes_back_within_a_ten_thousandth_of_a_degree() {
    for fps in [20.0, 23.976, 24.0, 29.97, 30.0, 60.0, 120.0] {
        let motion = swinging(120, fps);
        let text = bvh::write(&motion).unwrap();
        let clip = bvh::read(text.as_bytes()).unwrap();
        assert!(clip.warnings.is_empty(), "{:?}", clip.warnings);
        let read = bvh::to_motion(&clip).unwrap();
        assert_eq!(read.fps.to_bits(), fps.to_bits());
        assert_eq!(read.frames(), motion.frames());
        for frame in 0..motion.frames() {
            assert!(read.root[frame].distance(motion.root[frame]) < 1e-6);
            for (joint, name) in JOINT_NAMES.iter().enumerate() {
                let (a, b) = (read.rotations[frame][joint].as_dquat(), motion.rotations[frame][joint].as_dquat());
                // The chord, which near zero is exact where the arc cosine is not.
                let degrees = (a - b).length().min((a + b).length()).to_degrees() * 2.0;
                assert!(degrees < 1e-4, "{name} in frame {frame}: {degrees} degrees");
            }
        }
    }
}

#[test]
fn positions_are_those_of_core_in_centimetres() {
    let motion = swinging(30, 30.0);
    let clip = bvh::read(bvh::write(&motion).unwrap().as_bytes()).unwrap();
    for (frame, pose) in motion.positions().iter().enumerate() {
        let positions = clip.global_positions(frame);
        for (joint, expected) in pose.iter().enumerate() {
            let index = clip.joints.iter().position(|other| other.name == JOINT_NAMES[joint]).unwrap();
            assert!((positions[index] / 100.0).distance(expected.as_dvec3()) < 1e-5);
        }
    }
}

#[test]
fn bvh_anim_reads_the_same_hierarchy_and_values() {
    let motion = swinging(40, 30.0);
    let text = bvh::write(&motion).unwrap();
    let ours = bvh::read(text.as_bytes()).unwrap();
    let theirs = bvh_anim::from_bytes(text.as_bytes()).unwrap();
    assert_eq!(theirs.num_frames(), 40);
    assert!((theirs.frame_time().as_secs_f64() - 1.0 / 30.0).abs() < 1e-6);
    let joints: Vec<_> = theirs.joints().collect();
    assert_eq!(joints.len(), JOINT_COUNT);
    for joint in &joints {
        let data = joint.data();
        let index = ours.joints.iter().position(|other| *data.name() == *other.name.as_str()).unwrap();
        let offset = data.offset();
        let offset = DVec3::new(offset.x.into(), offset.y.into(), offset.z.into());
        assert!(offset.distance(ours.joints[index].offset) < 1e-4);
        assert_eq!(data.channels().len(), ours.joints[index].channels.len());
    }
    for (frame, values) in theirs.frames().enumerate() {
        for (column, (a, b)) in values.as_slice().iter().zip(ours.frame(frame)).enumerate() {
            assert!((f64::from(*a) - b).abs() < 1e-3, "frame {frame}, column {column}: {a} {b}");
        }
    }
}

#[test]
fn angles_do_not_jump() {
    let clip = bvh::read(bvh::write(&swinging(200, 30.0)).unwrap().as_bytes()).unwrap();
    let joints: Vec<usize> = (0..clip.channel_count()).filter(|column| *column >= 3).collect();
    let largest = joints
        .iter()
        .flat_map(|column| (1..200).map(move |frame| (*column, frame)))
        .map(|(column, frame)| (clip.frame(frame)[column] - clip.frame(frame - 1)[column]).abs())
        .fold(0.0, f64::max);
    assert!(largest < 90.0, "an angle jumps by {largest} degrees");
}

#[test]
fn the_rest_pose_has_round_numbers_and_no_negative_zero() {
    let text = bvh::write(&swinging(1, 30.0)).unwrap();
    assert!(!text.contains("-0.000000"));
    // Written by hand: 40 cm of thigh, 27 cm of upper arm.
    assert_eq!(rest_offsets()[joint::LEFT_KNEE].y, -0.4);
    assert!(text.contains("OFFSET 0.000000 -40.000000 0.000000"), "{text}");
    assert!(text.contains("OFFSET 27.000000 0.000000 0.000000"), "{text}");
}

#[test]
fn replacing_joints_keeps_all_other_text() {
    let original = bvh::write(&swinging(50, 30.0)).unwrap();
    let clip = bvh::read(original.as_bytes()).unwrap();
    let motion = bvh::to_motion(&clip).unwrap();
    let same = bvh::replace(original.as_bytes(), &motion, &[0, 5, 18]).unwrap();
    assert_eq!(same, original.as_bytes());

    let mut other = motion.clone();
    let donor = swinging(50, 20.0);
    for frame in 10..30 {
        other.rotations[frame] = donor.rotations[frame];
        other.root[frame].y += 1.0;
    }
    let joints = [joint::RIGHT_ELBOW, joint::RIGHT_WRIST];
    let bytes = bvh::replace(original.as_bytes(), &other, &joints).unwrap();
    let read = bvh::to_motion(&bvh::read(&bytes).unwrap()).unwrap();
    let mut expected = motion.clone();
    for frame in 10..30 {
        for joint in joints {
            expected.rotations[frame][joint] = donor.rotations[frame][joint];
            assert!(read.rotations[frame][joint].angle_between(donor.rotations[frame][joint]) < 1e-3);
            // Equal from here on, so that the rest can be compared bit for bit.
            expected.rotations[frame][joint] = read.rotations[frame][joint];
        }
    }
    assert_eq!(bits(&read), bits(&expected));

    let text = String::from_utf8(bytes).unwrap();
    for (line, (before, after)) in original.lines().zip(text.lines()).enumerate() {
        let changed = before.split(' ').zip(after.split(' ')).filter(|(a, b)| a != b).count();
        assert!(changed <= 6, "line {line}: {changed} values changed");
    }
    assert_eq!(original.lines().count(), text.lines().count());
}

#[test]
fn a_motion_of_another_length_is_refused() {
    let original = bvh::write(&swinging(50, 30.0)).unwrap();
    let error = bvh::replace(original.as_bytes(), &swinging(51, 30.0), &[0]).unwrap_err();
    assert!(error.is_unfit_motion(), "{error}");
}

#[test]
fn other_skeletons_are_told_apart() {
    let own = bvh::write(&swinging(2, 30.0)).unwrap();
    let reason = |text: &str| bvh::to_motion(&bvh::read(text.as_bytes()).unwrap()).unwrap_err().to_string();
    assert!(reason(&own.replace("left_knee", "LeftLeg")).contains("a joint `LeftLeg`"));
    assert!(reason(&own.replacen("OFFSET 0.000000 -40.000000", "OFFSET 0.000000 -41.000000", 1)).contains("offset"));
}
