//! `extras`, where programs put what they like: kept as text, because its form is nobody's fault.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Bytes of `extras` that are looked at; ours have a few hundred.
const BYTES: usize = 1 << 20;

/// The `extras` of an object of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Extras(Option<Box<RawValue>>);

impl Extras {
    /// The members, where it is an object of a credible size.
    pub fn members(&self) -> Map<String, Value> {
        let text = self.0.as_ref().map(|raw| raw.get()).filter(|text| text.len() <= BYTES);
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The rate that RoPAR wrote for an animation, frames per second.
    pub fn fps(&self) -> Option<f64> {
        self.members().get("ropar")?.get("fps")?.as_f64()
    }
}
