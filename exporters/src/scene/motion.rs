//! Scenes on the canonical skeleton, from a motion and back.

use glam::DVec3;
use ropar_core::motion::Motion;
use ropar_core::rig::canonical_rig;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS, rest_offsets};

use super::{Origin, Scene, Take};

/// How far, in metres, a joint may lie from its canonical place for the skeleton to count as canonical.
const TOLERANCE: f64 = 1e-4;

/// The canonical skeleton at rest, nodes 0 to 21 in canonical order, with `motion` as its only take.
pub fn from_motion(motion: &Motion, name: &str) -> Scene {
    let origin = Origin { metres_per_unit: Some(1.0), up_axis: "+Y".to_owned(), ..Origin::default() };
    Scene { nodes: canonical_rig().nodes, takes: vec![Take::from_motion(motion, name)], origin, ..Scene::default() }
}

/// The motion of `take` where the scene's skeleton is the canonical one: the canonical names, parents, places and
/// unrotated rest. Otherwise the first difference, in words; such a scene has to be retargeted.
pub fn to_motion(scene: &Scene, take: &Take) -> Result<Motion, String> {
    let mut nodes = [0; JOINT_COUNT];
    for (joint, name) in JOINT_NAMES.iter().enumerate() {
        let mut found = scene.nodes.iter().enumerate().filter(|(_, node)| node.name == *name).map(|(index, _)| index);
        let index = found.next().ok_or_else(|| format!("the joint `{name}` is missing"))?;
        if found.next().is_some() {
            return Err(format!("the joint `{name}` is there twice"));
        }
        nodes[joint] = index;
        let node = &scene.nodes[index];
        if node.rest.rotation.angle_between(glam::DQuat::IDENTITY) > 1e-3 || node.rest.scale.distance(DVec3::ONE) > 1e-3
        {
            return Err(format!("`{name}` is turned or scaled at rest"));
        }
        match PARENTS[joint] {
            Some(parent) if node.parent != Some(nodes[parent]) => return Err(format!("`{name}` has another parent")),
            Some(_) if node.rest.translation.distance(rest_offsets()[joint].as_dvec3()) > TOLERANCE => {
                return Err(format!("`{name}` lies elsewhere at rest"));
            }
            None if node.parent.is_some() => return Err(format!("`{name}` hangs on another node")),
            _ => {}
        }
    }
    let mut motion = Motion { fps: take.fps as f32, root: Vec::new(), rotations: Vec::new() };
    for frame in 0..take.frames {
        let places = nodes.map(|node| take.local(&scene.nodes, node, frame));
        motion.root.push(places[0].translation.as_vec3());
        motion.rotations.push(places.map(|place| place.rotation.as_quat()));
    }
    Ok(motion)
}
