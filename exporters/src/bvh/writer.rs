//! Motion to BVH text.

use std::fmt::Write;

use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS, rest_offsets};

use super::UNITS_PER_METRE;
use super::error::BvhError;
use super::euler::zxy_degrees;
use super::frame_time;
use crate::motion_check;

/// End Sites in metres: the leaf joints of the canonical skeleton lie at the ball of the foot, the top of the neck and
/// the wrist, and hosts draw a bone from there to the End Site.
const END_SITES: [(&str, [f64; 3]); 5] = [
    ("left_foot", [0.0, 0.0, 0.07]),
    ("right_foot", [0.0, 0.0, 0.07]),
    ("head", [0.0, 0.15, 0.0]),
    ("left_wrist", [0.17, 0.0, 0.0]),
    ("right_wrist", [-0.17, 0.0, 0.0]),
];

/// Writes `motion` as BVH text at its own rate, in centimetres, with rotations in the order Z, X, Y.
///
/// The root joint has a zero offset: programs disagree on whether its position channels replace the offset or add to it.
/// Values have six decimals (0.01 micrometres, 4e-9 radians); the frame time has as many as its exact value needs.
pub fn write(motion: &Motion) -> Result<String, BvhError> {
    motion_check::check(motion)?;
    let frame_time = frame_time::of_rate("motion", motion.fps.into())?;
    let mut text = String::from("HIERARCHY\n");
    write_joint(&mut text, 0, 0);
    let _ = writeln!(text, "MOTION\nFrames: {}\nFrame Time: {frame_time}", motion.root.len());

    let order = depth_first(0);
    let mut previous = [[0.0; 3]; JOINT_COUNT];
    for (root, rotations) in motion.root.iter().zip(&motion.rotations) {
        let root = root.as_dvec3() * UNITS_PER_METRE;
        let _ = write!(text, "{} {} {}", number(root.x), number(root.y), number(root.z));
        for &joint in &order {
            previous[joint] = zxy_degrees(rotations[joint].as_dquat(), previous[joint]);
            for angle in previous[joint] {
                let _ = write!(text, " {}", number(angle));
            }
        }
        text.push('\n');
    }
    Ok(text)
}

/// A value with six decimals and no negative zero.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    if text == "-0.000000" { "0.000000".to_owned() } else { text }
}

fn children(joint: usize) -> impl Iterator<Item = usize> {
    (0..JOINT_COUNT).filter(move |&child| PARENTS[child] == Some(joint))
}

/// The joints in the order in which a BVH hierarchy lists them.
fn depth_first(joint: usize) -> Vec<usize> {
    let mut order = vec![joint];
    for child in children(joint) {
        order.extend(depth_first(child));
    }
    order
}

fn write_joint(text: &mut String, joint: usize, depth: usize) {
    let indent = "\t".repeat(depth);
    let keyword = if depth == 0 { "ROOT" } else { "JOINT" };
    // To whole micrometres: what lies beyond comes from single precision, not from the skeleton.
    let rest = (rest_offsets()[joint].as_dvec3() * 1e6).round() / 1e6;
    let offset = if depth == 0 { glam::DVec3::ZERO } else { rest * UNITS_PER_METRE };
    let channels = if depth == 0 { "6 Xposition Yposition Zposition" } else { "3" };
    let _ = write!(
        text,
        "{indent}{keyword} {}\n{indent}{{\n{indent}\tOFFSET {} {} {}\n\
         {indent}\tCHANNELS {channels} Zrotation Xrotation Yrotation\n",
        JOINT_NAMES[joint],
        number(offset.x),
        number(offset.y),
        number(offset.z),
    );
    for child in children(joint) {
        write_joint(text, child, depth + 1);
    }
    if let Some((_, end)) = END_SITES.iter().find(|(name, _)| *name == JOINT_NAMES[joint]) {
        let [x, y, z] = end.map(|metres| number(metres * UNITS_PER_METRE));
        let _ = write!(text, "{indent}\tEnd Site\n{indent}\t{{\n{indent}\t\tOFFSET {x} {y} {z}\n{indent}\t}}\n");
    }
    let _ = writeln!(text, "{indent}}}");
}
