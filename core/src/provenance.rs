//! What a made motion says about its origin: metadata that goes into files.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::package::Manifest;

/// Metadata of a take: prompt, seed, package, licence, attribution and so on. Shared, because takes of one file often have
/// it in common.
pub type Provenance = Arc<Map<String, Value>>;

/// The name of the licence in metadata: under `licence` or `license`, as text or as an object with an `id`.
pub fn licence_name(provenance: &Map<String, Value>) -> Option<&str> {
    let licence = provenance.get("licence").or_else(|| provenance.get("license"))?;
    licence.get("id").unwrap_or(licence).as_str().filter(|name| !name.is_empty())
}

/// A number as a person would write it: 3.2, where the plain conversion says 3.200000047683716.
pub fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

/// Metadata of a new clip: how it was made, with which package, and under which terms.
///
/// Nothing that differs between two runs of the same request (time, machine, backend) is in it: the same seed gives the
/// same bytes.
pub fn of_generation(manifest: &Manifest, prompt: &str, seed: u64, seconds: f32, guidance: f32) -> Map<String, Value> {
    let mut extras = Map::new();
    extras.insert("prompt".into(), json!(prompt));
    extras.insert("seed".into(), json!(seed));
    extras.insert("seconds".into(), decimal(seconds));
    extras.insert("guidance".into(), decimal(guidance));
    add_package(&mut extras, manifest);
    extras
}

/// Metadata of an edited clip: its own, with the edit appended to `edits`.
pub fn of_edit(original: &Map<String, Value>, manifest: &Manifest, edit: Value) -> Map<String, Value> {
    let mut extras = original.clone();
    match extras.get_mut("edits").and_then(Value::as_array_mut) {
        Some(edits) => edits.push(edit),
        None => {
            extras.insert("edits".into(), json!([edit]));
        }
    }
    add_package(&mut extras, manifest);
    extras
}

fn add_package(extras: &mut Map<String, Value>, manifest: &Manifest) {
    extras.insert("package".into(), json!({ "name": manifest.name, "version": manifest.version }));
    extras.insert("licence".into(), json!(manifest.licence));
    extras.insert("attribution".into(), json!(manifest.attribution));
}

/// The sentence that goes with every file made with weights that must not be used commercially.
pub fn licence_note(manifest: &Manifest) -> Option<String> {
    let licence = &manifest.licence;
    (!licence.commercial).then(|| format!("licence of the result: {} ({})", licence.id, licence.notice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_short() {
        assert_eq!(decimal(3.2).to_string(), "3.2");
        assert_eq!(decimal(30.0).to_string(), "30.0");
        assert_eq!(decimal(f32::NAN), Value::Null);
    }

    #[test]
    fn a_licence_is_known_in_either_spelling() {
        let name = |metadata: Value| licence_name(metadata.as_object().expect("map")).map(str::to_owned);
        assert_eq!(name(json!({ "licence": { "id": "CC-BY-NC-4.0" } })).as_deref(), Some("CC-BY-NC-4.0"));
        assert_eq!(name(json!({ "license": "CC0-1.0" })).as_deref(), Some("CC0-1.0"));
        assert_eq!(name(json!({ "licence": { "id": "" } })), None);
        assert_eq!(name(json!({ "licence": { "notice": "n" } })), None);
        assert_eq!(name(json!({ "prompt": "a man walks" })), None);
    }

    #[test]
    fn edits_are_appended_and_nothing_is_lost() {
        let manifest: Manifest = serde_json::from_value(json!({
            "format_version": 1, "name": "test", "version": "2", "skeleton": "canonical-22", "part_scheme": "five",
            "features": { "layout": "heading-262", "channels": 262 }, "frame_rate": 20, "frames_per_token": 4,
            "latent_size": 32, "sampler": { "iterations": 8, "steps": 10, "guidance": 3 },
            "limits": {
                "max_tokens_per_window": 50, "max_seconds": 10, "max_prompt_characters": 1000, "max_text_tokens": 64
            },
            "text_encoder": "none", "licence": { "id": "X", "notice": "n", "commercial": false }, "files": {},
        }))
        .expect("manifest");
        let first = of_generation(&manifest, "a man walks", u64::MAX, 2.0, 3.0);
        assert_eq!(first["seed"], json!(u64::MAX));
        let second = of_edit(&first, &manifest, json!({ "prompt": "wave" }));
        let third = of_edit(&second, &manifest, json!({ "prompt": "bow" }));
        assert_eq!(third["edits"], json!([{ "prompt": "wave" }, { "prompt": "bow" }]));
        assert_eq!(third["prompt"], "a man walks");
        assert_eq!(third["package"]["version"], "2");
        assert_eq!(third["licence"]["commercial"], false);
    }
}
