//! What of an animation stays when its take is exchanged: the channels that a scene does not hold.

use serde_json::{Value, json};

/// Channels of morph targets and of what extensions point at, each with its sampler.
#[derive(Debug, Default)]
pub(super) struct Kept(Vec<(Value, Value)>);

impl Kept {
    /// Those of an animation, given as JSON.
    pub fn of(animation: &[u8]) -> Self {
        let animation: Value = serde_json::from_slice(animation).unwrap_or_default();
        let channels = animation["channels"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_held = |channel: &Value| {
            let target = &channel["target"];
            let moves = matches!(target["path"].as_str(), Some("translation" | "rotation" | "scale"));
            moves && target["node"].is_number()
        };
        let with_sampler = |channel: &Value| {
            let sampler = animation["samplers"].get(channel["sampler"].as_u64()? as usize)?;
            Some((channel.clone(), sampler.clone()))
        };
        Kept(channels.iter().filter(|channel| !is_held(channel)).filter_map(with_sampler).collect())
    }

    /// Whether an accessor from `first` on is needed.
    pub fn uses(&self, first: usize) -> bool {
        let accessors = self.0.iter().flat_map(|(_, sampler)| [&sampler["input"], &sampler["output"]]);
        accessors.filter_map(Value::as_u64).any(|accessor| accessor >= first as u64)
    }

    /// Adds them to those of a new animation.
    pub fn append_to(self, channels: &mut Vec<Value>, samplers: &mut Vec<Value>) {
        for (mut channel, sampler) in self.0 {
            channel["sampler"] = json!(samplers.len());
            channels.push(channel);
            samplers.push(sampler);
        }
    }
}
