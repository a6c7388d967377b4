//! Part schemes and credibility.

use ropar_core::credibility::credible_parts;
use ropar_core::features::FEATURE_COUNT;
use ropar_core::parts::{PartScheme, PartSchemeError};
use ropar_core::skeleton::{JOINT_COUNT, joint, joint_index};

const BUILT_IN: [(&str, usize); 4] = [("three", 3), ("five", 5), ("seven", 7), ("nine", 9)];

#[test]
fn built_in_schemes_own_everything_exactly_once() {
    for (name, parts) in BUILT_IN {
        let scheme = PartScheme::built_in(name).expect(name);
        assert_eq!((scheme.name(), scheme.len()), (name, parts));
        let mut joints: Vec<usize> = (0..parts).flat_map(|part| scheme.owned_joints(part)).collect();
        joints.sort_unstable();
        assert_eq!(joints, (0..JOINT_COUNT).collect::<Vec<_>>(), "{name}");
        let mut channels: Vec<usize> = (0..parts).flat_map(|part| scheme.owned_channels(part)).collect();
        channels.sort_unstable();
        assert_eq!(channels, (0..FEATURE_COUNT).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn the_five_parts_of_the_paper() {
    let scheme = PartScheme::built_in("five").expect("five");
    let names: Vec<&str> = scheme.parts().iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["torso", "left_arm", "right_arm", "left_leg", "right_leg"]);
    let arm = scheme.part_index("left_arm").expect("left_arm");
    let expected: Vec<usize> = ["left_collar", "left_shoulder", "left_elbow", "left_wrist"]
        .map(|name| joint_index(name).expect(name))
        .to_vec();
    assert_eq!(scheme.owned_joints(arm), expected);
    // Root 4, pelvis 6, three spine joints and four arm joints of 12.
    let channels = scheme.channels(arm);
    assert_eq!(channels.len(), 4 + 6 + 12 * 7);
    assert_eq!(channels[..10], (0..10).collect::<Vec<_>>());
    assert!(channels.is_sorted());
    assert_eq!(scheme.owned_channels(arm).len(), 48);
    assert_eq!(scheme.owned_channels(0).len(), 4 + 6 + 12 * 5);
    assert_eq!(scheme.shared_joints(), [joint::PELVIS, joint::SPINE1, joint::SPINE2, joint::SPINE3]);
    assert_eq!(scheme.part_index("tail"), None);
}

/// The five-part scheme with one piece of text replaced.
fn changed(from: &str, to: &str) -> Result<PartScheme, PartSchemeError> {
    let json = include_str!("../data/part_schemes/five.json");
    assert!(json.contains(from));
    PartScheme::from_json(&json.replacen(from, to, 1))
}

#[test]
fn malformed_schemes_are_refused_with_the_reason() {
    let cases = [
        (changed("\"left_hip\"", "\"left_tail\""), "left_tail"),
        (changed("\"left_hip\"", "\"right_hip\""), "right_hip"),
        (changed("\"left_hip\", ", ""), "left_hip"),
        (changed("\"shared_owner\": \"torso\"", "\"shared_owner\": \"body\""), "body"),
        (changed("\"name\": \"left_arm\"", "\"name\": \"torso\""), "torso"),
        (changed("\"shared\"", "\"common\""), "common"),
        (changed("[\"neck\", \"head\"]", "[\"neck\", \"head\", \"pelvis\"]"), "pelvis"),
        (PartScheme::from_json("{"), "JSON"),
        (PartScheme::built_in("eleven"), "eleven"),
    ];
    for (result, named) in cases {
        let message = result.expect_err(named).to_string();
        assert!(message.contains(named), "`{message}` should name {named}");
    }
    let pelvis_moved = include_str!("../data/part_schemes/five.json").replacen("\"pelvis\", ", "", 1).replacen(
        "\"neck\"",
        "\"pelvis\", \"neck\"",
        1,
    );
    assert!(matches!(PartScheme::from_json(&pelvis_moved), Err(PartSchemeError::PelvisNotShared { .. })));
}

#[test]
fn a_part_is_credible_when_the_mean_of_its_joints_is_above_the_threshold() {
    let scheme = PartScheme::built_in("five").expect("five");
    let mut frame = [0.9; JOINT_COUNT];
    // Left arm: (0.9 + 0.9 + 0.2 + 0.0) / 4 = 0.5 exactly; the spine does not count.
    frame[joint::LEFT_ELBOW] = 0.2;
    frame[joint::LEFT_WRIST] = 0.0;
    assert_eq!(credible_parts(&[frame], &scheme, 0.49), [[true, true, true, true, true]]);
    assert_eq!(credible_parts(&[frame], &scheme, 0.51), [[true, false, true, true, true]]);
    frame[joint::LEFT_SHOULDER] = f32::NAN;
    assert_eq!(credible_parts(&[frame], &scheme, 0.3), [[true, false, true, true, true]]);
    // Shared joints count for the torso: (4 * 0.0 + 2 * 0.9) / 6 = 0.3.
    for joint in scheme.shared_joints() {
        frame[*joint] = 0.0;
    }
    assert!(!credible_parts(&[frame], &scheme, 0.31)[0][0]);
    assert!(credible_parts(&[frame], &scheme, 0.29)[0][0]);
    // Above, not equal.
    assert_eq!(credible_parts(&[[0.5; JOINT_COUNT]], &scheme, 0.5), [[false; 5]]);
}
