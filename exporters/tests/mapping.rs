//! Which node of a file is which joint.

mod common;

use common::{data, swinging};
use glam::DMat4;
use ropar_core::skeleton::joint;
use ropar_exporters::read_scene;
use ropar_exporters::scene::{Skin, from_motion};

#[test]
fn a_skin_bound_with_zeros_is_refused() {
    let mut scene = from_motion(&swinging(2, 30.0), "swing");
    assert!(scene.rig_mapping(None, None).is_ok());
    scene.skins.push(Skin { name: "Body".to_owned(), joints: vec![0, 1], inverse_bind: vec![DMat4::ZERO; 2] });
    let message = scene.rig_mapping(None, None).unwrap_err().to_string();
    assert!(message.contains("`Body` is bound with matrices of zeros"), "{message}");
    scene.skins[0].inverse_bind[1] = DMat4::IDENTITY;
    assert!(scene.rig_mapping(None, None).is_ok());
}

#[test]
fn a_humanoid_table_without_legs_is_refused() {
    let scene = read_scene(&data("gltf/vrm_0.vrm")).unwrap();
    assert!(!scene.humanoid.is_empty());
    let message = scene.rig_mapping(None, None).unwrap_err().to_string();
    assert!(message.contains("no legs") && message.contains("left_knee"), "{message}");
}

#[test]
fn a_mapping_file_wins_over_the_names() {
    let scene = from_motion(&swinging(2, 30.0), "swing");
    let text = r#"{ "joints": { "left_wrist": "right_wrist", "right_wrist": "left_wrist" } }"#;
    let found = scene.rig_mapping(None, Some(text)).unwrap();
    assert_eq!(found.node(joint::LEFT_WRIST), Some(joint::RIGHT_WRIST));
    assert_eq!(found.node(joint::LEFT_ELBOW), Some(joint::LEFT_ELBOW));
    assert!(scene.rig_mapping(Some(2), None).is_err());
}
