//! Rigs drawn for tests: skeletons as the naming families of this field have them, with hand-written truth.
//!
//! Each file of `data/` is one rig: a header (`height: 1.8`, ...), a line `---`, and the nodes as an indented tree:
//!
//! ```text
//! Hips = pelvis
//!   Spine = spine at pelvis>neck 0.2
//!   {Left|Right}UpLeg = hip
//!     {Left|Right}LegTwist = twist hip 0.5 at hip>knee 0.5
//! ```
//!
//! After `=` stands the truth: a canonical joint without its side, `spine` (`spine middle` for the one
//! halfway between the lowest and the highest), `neck`, `root`, a finger joint by VRM name
//! without its side, `twist SEGMENT PLACE`, or `-` for what is none of these. `at` says where the node lies, in the
//! points of [`body::Body`]; without it, at the point of its joint. A line with `{left|right}` is drawn on both sides
//! together with what hangs below it. Names and hierarchies follow the families' published documentation.

#![allow(dead_code)]

mod body;
mod build;
pub mod labels;
pub mod people;
mod text;

use ropar_core::retarget::mapping::RigMapping;
use ropar_core::rig::Rig;

/// A rig and what is true of it.
#[derive(Debug, Clone)]
pub struct TestRig {
    /// Name of the file.
    pub name: String,
    /// The naming family by which it should be recognised, `topology` where its names say nothing.
    pub family: String,
    /// The rig.
    pub rig: Rig,
    /// Its mapping, hand-written; confidences are 1.
    pub truth: RigMapping,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// Name and content of every rig.
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("data/", $name, ".rig")))),*];
    };
}

files![
    "bandai_namco",
    "biped",
    "biped_triangle_pelvis",
    "character_creator",
    "classic",
    "cmu",
    "daz_genesis8",
    "daz_poser",
    "french",
    "human_ik",
    "kaykit",
    "keijiro",
    "metahuman",
    "mixamo",
    "mixamo_numbered",
    "perception_neuron",
    "rigify_deform",
    "rigify_metarig",
    "rokoko",
    "short_neckless",
    "smplx",
    "ue4_mannequin",
    "unity",
    "vrm0",
    "xsens",
];

/// All rigs.
pub fn all() -> Vec<TestRig> {
    FILES.iter().map(|(name, text)| build::build(name, text)).collect()
}

/// One rig by the name of its file.
pub fn load(name: &str) -> TestRig {
    let (name, text) = FILES.iter().find(|(other, _)| *other == name).unwrap_or_else(|| panic!("no rig {name}"));
    build::build(name, text)
}

/// A rig drawn from text of the form of the files.
pub fn draw(name: &str, text: &str) -> TestRig {
    build::build(name, text)
}

/// The rig with names `n0`, `n1`, ... and another order of the nodes, and for each of its nodes the one it was.
pub fn without_names(rig: &Rig, seed: u64) -> (Rig, Vec<usize>) {
    let mut state = seed;
    let mut random = move || {
        // SplitMix64 (Steele, Lea, Flood 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut original: Vec<usize> = Vec::new();
    let mut waiting: Vec<usize> = (0..rig.nodes.len()).filter(|node| rig.nodes[*node].parent.is_none()).collect();
    while !waiting.is_empty() {
        let node = waiting.swap_remove(random() as usize % waiting.len());
        original.push(node);
        waiting.extend((0..rig.nodes.len()).filter(|child| rig.nodes[*child].parent == Some(node)));
    }
    let mut place = vec![0; original.len()];
    original.iter().enumerate().for_each(|(new, old)| place[*old] = new);
    let nodes = original
        .iter()
        .enumerate()
        .map(|(new, old)| {
            let mut node = rig.nodes[*old].clone();
            node.name = format!("n{new}");
            node.parent = node.parent.map(|parent| place[parent]);
            node
        })
        .collect();
    (Rig { nodes, ..Rig::default() }, original)
}
