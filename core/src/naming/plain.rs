//! Names without what differs from program to program.

/// A name without namespace, separators and letter case: `mixamorig:Left_Arm` is `leftarm`.
pub fn plain(name: &str) -> String {
    let name = name.rsplit([':', '|']).next().unwrap_or(name);
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// The name without a number that a program hung on it to make it unique: `Hips_01` and `LeftArm_012` of importers,
/// `Hips.001` of Blender.
pub(crate) fn without_serial(name: &str) -> &str {
    let rest = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = name.len() - rest.len();
    match (rest.strip_suffix('_'), rest.strip_suffix('.')) {
        (Some(rest), _) if digits >= 2 => rest,
        (_, Some(rest)) if digits >= 3 => rest,
        _ => name,
    }
}
