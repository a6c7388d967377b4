//! The families that come with RoPAR.

use std::sync::OnceLock;

use super::family::NamingFamily;

macro_rules! tables {
    ($($name:literal),* $(,)?) => {
        /// One file per family, from the particular to the general: where two fit equally well, the first counts.
        const TABLES: &[&str] = &[$(include_str!(concat!("../../data/naming/", $name, ".json"))),*];
    };
}

tables![
    "ropar",
    "smpl",
    "cmu",
    "kaykit",
    "unity_suffix",
    "bandai_namco",
    "daz_genesis9",
    "daz",
    "daz_poser",
    "vrm",
    "unreal",
    "character_creator",
    "second_life",
    "makehuman",
    "human_ik",
    "keijiro",
    "biped",
    "xsens",
    "rokoko",
    "perception_neuron",
    "mixamo",
    "short_spine",
    "unity",
    "classic",
    "rigify",
    "blender",
];

static BUILT_IN: OnceLock<Vec<NamingFamily>> = OnceLock::new();

/// The families that come with RoPAR.
pub fn built_in() -> &'static [NamingFamily] {
    // The tables are part of the build, and a test reads each of them.
    BUILT_IN.get_or_init(|| TABLES.iter().filter_map(|text| NamingFamily::from_json(text).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_valid_and_named_once() {
        let mut names: Vec<String> = TABLES.iter().map(|text| NamingFamily::from_json(text).unwrap().name).collect();
        assert_eq!(built_in().len(), TABLES.len());
        names.sort();
        names.dedup();
        assert_eq!(names.len(), TABLES.len());
    }
}
