//! Scenes on the canonical skeleton, from a motion and back.

use glam::DVec3;
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS, STANDING_PELVIS_HEIGHT, rest_offsets};

use super::{Node, NodeKind, Origin, Scene, Take, Track, Transform};

/// How far, in metres, a joint may lie from its canonical place for the skeleton to count as canonical.
const TOLERANCE: f64 = 1e-4;

/// The canonical skeleton at rest, nodes 0 to 21 in canonical order, with `motion` as its only take.
pub fn from_motion(motion: &Motion, name: &str) -> Scene {
    let nodes = (0..JOINT_COUNT)
        .map(|joint| {
            let mut translation = rest_offsets()[joint].as_dvec3();
            if PARENTS[joint].is_none() {
                translation.y = f64::from(STANDING_PELVIS_HEIGHT);
            }
            Node {
                name: JOINT_NAMES[joint].to_owned(),
                parent: PARENTS[joint],
                rest: Transform { translation, ..Transform::IDENTITY },
                kind: NodeKind::Joint,
            }
        })
        .collect();
    let tracks = (0..JOINT_COUNT)
        .map(|joint| Track {
            node: joint,
            translation: (joint == 0).then(|| motion.root.iter().map(|root| root.as_dvec3()).collect()),
            rotation: Some(motion.rotations.iter().map(|pose| pose[joint].as_dquat()).collect()),
            scale: None,
        })
        .collect();
    let take = Take { name: name.to_owned(), fps: f64::from(motion.fps), frames: motion.frames(), tracks };
    let origin = Origin { metres_per_unit: Some(1.0), up_axis: "+Y".to_owned(), ..Origin::default() };
    Scene { nodes, takes: vec![take], origin, ..Scene::default() }
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
