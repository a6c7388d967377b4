//! Whether the unit that an FBX file declares can be true, judged by how tall its skeleton stands.

use serde::Deserialize;

/// What is wrong with the unit, if something is.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Verdict {
    /// One sentence for the user.
    pub warning: Option<String>,
    /// The power of ten that makes the skeleton as tall as a person.
    pub correction: Option<f64>,
}

#[derive(Deserialize)]
struct Rules {
    least_joints: usize,
    least_word_groups: usize,
    word_groups: Vec<Vec<String>>,
    /// Heights that are taken as they are.
    believed_metres: [f64; 2],
    /// Heights that a correction must lead to.
    likely_metres: [f64; 2],
}

/// Judges a scene that was loaded in metres.
pub(super) fn judge(scene: &ufbx::Scene) -> Verdict {
    // The rules are part of the build, and a test reads them.
    let Ok(rules) = serde_json::from_str::<Rules>(include_str!("../../data/humanoid_height.json")) else {
        return Verdict::default();
    };
    let bones: Vec<(&str, ufbx::Vec3)> = scene
        .nodes
        .as_ref()
        .iter()
        .filter(|node| node.bone.is_some())
        .map(|node| (node.element.name.as_ref(), ufbx::transform_position(&node.node_to_world, ufbx::Vec3::default())))
        .collect();
    judge_bones(&rules, &bones)
}

fn judge_bones(rules: &Rules, bones: &[(&str, ufbx::Vec3)]) -> Verdict {
    if bones.len() < rules.least_joints {
        return Verdict::default();
    }
    let extent = |axis: fn(&ufbx::Vec3) -> f64| {
        let values = bones.iter().map(|(_, place)| axis(place));
        values.clone().fold(f64::NEG_INFINITY, f64::max) - values.fold(f64::INFINITY, f64::min)
    };
    // Not the vertical alone: rest poses lie down, too.
    let size = extent(|place| place.x).max(extent(|place| place.y)).max(extent(|place| place.z));
    if !size.is_finite() || size <= 0.0 || (rules.believed_metres[0]..=rules.believed_metres[1]).contains(&size) {
        return Verdict::default();
    }
    let names: Vec<String> = bones.iter().map(|(name, _)| name.to_lowercase()).collect();
    let found = |words: &&Vec<String>| words.iter().any(|word| names.iter().any(|name| name.contains(word.as_str())));
    let is_person = rules.word_groups.iter().filter(found).count() >= rules.least_word_groups;
    let correction = (-4..=4)
        .map(|power| 10_f64.powi(power))
        .find(|factor| (rules.likely_metres[0]..rules.likely_metres[1]).contains(&(size * factor)))
        .filter(|_| is_person);
    let size_in_words = if size < 0.01 { format!("{size:.1e}") } else { format!("{size:.2}") };
    let warning = match correction {
        Some(factor) => format!(
            "by the file's unit the skeleton is {size_in_words} m large; the unit is taken to be {factor} times that, \
             which makes it {:.2} m",
            size * factor
        ),
        None => format!("by the file's unit the skeleton is {size_in_words} m large; check the unit of the export"),
    };
    Verdict { warning: Some(warning), correction }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: [&str; 12] = [
        "mixamorig:Hips",
        "Spine",
        "Head",
        "LeftArm",
        "LeftHand",
        "RightArm",
        "RightHand",
        "LeftLeg",
        "RightLeg",
        "LeftFoot",
        "RightFoot",
        "Neck",
    ];

    fn verdict(names: &[&str], height: f64) -> Verdict {
        let rules = serde_json::from_str(include_str!("../../data/humanoid_height.json")).unwrap();
        let step = height / (names.len() - 1) as f64;
        let bones: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(i, name)| (*name, ufbx::Vec3 { x: 0.0, y: step * i as f64, z: 0.0 }))
            .collect();
        judge_bones(&rules, &bones)
    }

    #[test]
    fn a_person_of_150_metres_is_taken_for_one_of_a_metre_and_a_half() {
        assert_eq!(verdict(&PERSON, 149.0).correction, Some(0.01));
        assert_eq!(verdict(&PERSON, 0.0172).correction, Some(100.0));
        assert_eq!(verdict(&PERSON, 1720.0).correction, Some(0.001));
    }

    #[test]
    fn what_is_no_person_is_only_remarked_upon() {
        let names: Vec<String> = (0..20).map(|i| format!("joint{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = verdict(&names, 149.0);
        assert_eq!(found.correction, None);
        assert!(found.warning.is_some_and(|text| text.contains("149.00 m")));
    }

    #[test]
    fn believable_heights_and_few_bones_pass() {
        assert_eq!(verdict(&PERSON, 1.7), Verdict::default());
        assert_eq!(verdict(&PERSON, 4.0), Verdict::default());
        assert_eq!(verdict(&PERSON[..5], 149.0), Verdict::default());
    }
}
