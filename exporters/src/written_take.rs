//! What a file has of a take.

use crate::scene::Take;

/// A take as it is in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenTake {
    /// Number of frames.
    pub frames: usize,
    /// Frames per second.
    pub fps: f64,
    /// What the file does not hold or what had to be changed, one plain sentence each.
    pub warnings: Vec<String>,
}

impl WrittenTake {
    pub(crate) fn of(take: &Take, warnings: Vec<String>) -> Self {
        WrittenTake { frames: take.frames, fps: take.fps, warnings }
    }

    /// Length in seconds, counted as frames over rate.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / self.fps
    }
}
