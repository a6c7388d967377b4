//! What stands in the way of a retarget, in words for the person who asked for it.

/// A pair of rigs or a take that cannot be retargeted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RetargetError {
    /// The mapping lacks a joint without which there is no body.
    #[error("the {side} has no {joint}: the mapping ({family}) names no node for it")]
    MissingJoint {
        /// `source` or `target`.
        side: &'static str,
        /// The canonical joint.
        joint: &'static str,
        /// How the rig was mapped.
        family: String,
    },
    /// The mapping does not fit the rig.
    #[error("the mapping of the {side} is wrong: {reason}")]
    Mapping {
        /// `source` or `target`.
        side: &'static str,
        /// What is wrong, with the node.
        reason: String,
    },
    /// A joint, or a node above one, is scaled to nothing, mirrored, or in a way that shears what hangs on it.
    #[error("the {side}'s node `{node}` is scaled by {scale:?}, {}", scale_fault(*scale))]
    Scale {
        /// `source` or `target`.
        side: &'static str,
        /// The node's name.
        node: String,
        /// Its scale.
        scale: [f64; 3],
    },
    /// Neither the rest pose nor a frame of an animation shows how the body stands.
    #[error("the {side} cannot be aligned: {reason}")]
    Alignment {
        /// `source` or `target`.
        side: &'static str,
        /// What the rest pose is like.
        reason: String,
    },
    /// A frame rate with which seconds cannot be counted in frames.
    #[error("the take `{take}` has {fps} frames per second; {} to {} can be retargeted", .rates.start(), .rates.end())]
    Rate {
        /// The take's name.
        take: String,
        /// Its frames per second.
        fps: f64,
        /// The rates that can be.
        rates: std::ops::RangeInclusive<f64>,
    },
    /// The take is not one of the source's.
    #[error("the take `{take}` does not fit the source: {reason}")]
    Take {
        /// The take's name.
        take: String,
        /// What is wrong.
        reason: String,
    },
}

impl RetargetError {
    /// What the user can do about it, as one sentence without a full stop.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::MissingJoint { .. } | Self::Mapping { .. } => {
                "write the mapping with `ropar map FILE`, complete it by hand and pass it with --map or --source-map"
            }
            Self::Scale { scale, .. } if scale.contains(&0.0) => {
                "give it a size in the program that the rig comes from and export it again"
            }
            Self::Scale { .. } => "apply the scale in the program that the rig comes from and export it again",
            Self::Alignment { .. } => {
                "give the rig a rest pose in which it stands, arms out or hanging, or a file with an animation that does"
            }
            Self::Rate { .. } => "correct the frame rate in the file, or in the program that it comes from",
            Self::Take { .. } => "take the clip and the rig from the same file",
        }
    }
}

/// What is wrong with a scale, whichever of its values it is.
fn scale_fault(scale: [f64; 3]) -> &'static str {
    if scale.contains(&0.0) {
        "which leaves nothing of what hangs on it"
    } else if scale.iter().any(|value| *value < 0.0) {
        "and negative values mirror or turn what hangs on it"
    } else {
        "which is not the same in all directions"
    }
}
