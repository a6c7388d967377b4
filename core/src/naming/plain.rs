//! Names without what differs from program to program.

/// A name without namespace, separators and letter case: `mixamorig:Left_Arm` is `leftarm`.
pub fn plain(name: &str) -> String {
    let name = name.rsplit([':', '|']).next().unwrap_or(name);
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// The name without a number that an importer hung on it to make it unique (`Hips_01`, `LeftArm_012`).
pub(super) fn without_serial(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((rest, serial)) if serial.len() >= 2 && serial.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    }
}
