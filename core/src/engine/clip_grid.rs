//! The token grid of a whole clip, for hosts that say themselves which cells are made: repair, in-betweening, extending.

use super::{Engine, GenerateRequest, begin, check_seconds, pad};
use crate::{
    credibility::credible_parts,
    error::Error,
    features::{self, Origin},
    grid::{CellState, TokenGrid},
    motion::Motion,
    rate::{Between, between},
    sampler::Progress,
    skeleton::JOINT_COUNT,
};

/// Mean confidence above which a part is believed, as in training.
pub const CREDIBLE_THRESHOLD: f32 = 0.5;

/// A token grid and what is needed to make a motion of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipGrid {
    /// Latents and states.
    pub grid: TokenGrid,
    /// Where the clip starts.
    pub origin: Origin,
    /// Frames of the clip at the package's rate; the grid may reach beyond by less than a token.
    pub frames: usize,
}

/// How well the joints of a clip were seen.
#[derive(Debug, Clone, Copy)]
pub struct Confidences<'a> {
    /// Per frame of the clip and joint, 0 to 1.
    pub values: &'a [[f32; JOINT_COUNT]],
    /// Mean confidence of a part's own joints above which the part is believed.
    pub threshold: f32,
}

impl Engine {
    /// A grid with nothing in it for `frames` frames at the package's rate: all cells masked.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] for a length outside of the package's limits.
    pub fn masked_clip(&self, frames: usize) -> Result<ClipGrid, Error> {
        let manifest = self.manifest();
        check_seconds(frames as f32 / manifest.frame_rate, manifest.limits.max_seconds)?;
        let tokens = frames.div_ceil(manifest.frames_per_token);
        let grid = TokenGrid::masked(tokens, self.scheme().len(), manifest.latent_size);
        Ok(ClipGrid { grid, origin: Origin::default(), frames })
    }

    /// Encodes a clip of any rate. All cells are known, except those of a part that is not credible in one of its frames:
    /// they are noisy.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] for a clip without frames, a length outside of the package's limits, or confidences that
    /// do not fit the clip, and what the backend reports.
    pub fn encode_clip(&self, clip: &Motion, confidences: Option<Confidences<'_>>) -> Result<ClipGrid, Error> {
        let manifest = self.manifest();
        if clip.frames() == 0 || !(clip.fps.is_finite() && clip.fps > 0.0) {
            return Err(Error::invalid_request("the clip has no frames", "give a clip with at least one frame"));
        }
        check_seconds(clip.frames() as f32 / clip.fps, manifest.limits.max_seconds)?;
        let at_rate = clip.resample(manifest.frame_rate);
        let frames = at_rate.frames();
        let mut features = features::from_motion(&at_rate);
        pad(&mut features, manifest.frames_per_token);
        let tokens = features.frames / manifest.frames_per_token;
        let credible = match confidences {
            None => vec![true; tokens * self.scheme().len()],
            Some(confidences) => self.credible_cells(clip, confidences, frames, tokens)?,
        };
        let mut grid = self.networks().encode(&features, &credible)?;
        for (cell, _) in credible.iter().enumerate().filter(|(_, credible)| !**credible) {
            let (token, part) = (cell / grid.parts(), cell % grid.parts());
            grid.set_states(part, token..token + 1, CellState::Noisy);
        }
        Ok(ClipGrid { grid, origin: features.origin, frames })
    }

    /// Makes the masked cells from the request's prompt, seed and settings; its length is not used.
    ///
    /// # Errors
    /// As [`generate`](Self::generate), and [`Error::InvalidRequest`] for the grid of another kind of package. After an
    /// error, some cells may be made; they are to be thrown away.
    pub fn fill_clip(
        &self,
        clip: &mut ClipGrid,
        request: &GenerateRequest,
        progress: Progress<'_>,
    ) -> Result<(), Error> {
        self.check_grid(&clip.grid)?;
        let settings = self.settings(request.guidance, request.iterations, request.steps)?;
        begin(progress)?;
        let text = self.networks().text.encode(&request.prompt)?;
        self.fill(&mut clip.grid, &text, request.seed, &settings, progress)
    }

    /// The motion of a grid, at the package's rate.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] for the grid of another kind of package, and what the backend reports.
    pub fn decode_clip(&self, clip: &ClipGrid) -> Result<Motion, Error> {
        self.check_grid(&clip.grid)?;
        Ok(self.decode(&clip.grid, clip.origin)?.slice(0..clip.frames))
    }

    fn check_grid(&self, grid: &TokenGrid) -> Result<(), Error> {
        let (parts, latent_size) = (self.scheme().len(), self.manifest().latent_size);
        if grid.parts() == parts && grid.latent_size() == latent_size {
            return Ok(());
        }
        Err(Error::invalid_request(
            format!(
                "the grid has {} parts with {} numbers a cell, the model package has {parts} with {latent_size}",
                grid.parts(),
                grid.latent_size()
            ),
            "use a grid with the engine that it was made with",
        ))
    }

    /// Per cell whether its part is credible in every frame that it covers.
    fn credible_cells(
        &self,
        clip: &Motion,
        confidences: Confidences<'_>,
        frames: usize,
        tokens: usize,
    ) -> Result<Vec<bool>, Error> {
        if confidences.values.len() != clip.frames() {
            return Err(Error::invalid_request(
                format!("there are {} rows of confidences for {} frames", confidences.values.len(), clip.frames()),
                "give one row per frame",
            ));
        }
        let manifest = self.manifest();
        let at_rate = resample_rows(confidences.values, clip.fps, manifest.frame_rate, frames);
        let by_frame = credible_parts(&at_rate, self.scheme(), confidences.threshold);
        let parts = self.scheme().len();
        let mut cells = vec![true; tokens * parts];
        for (frame, credible) in by_frame.iter().enumerate() {
            let token = frame / manifest.frames_per_token;
            for part in 0..parts {
                cells[token * parts + part] &= credible[part];
            }
        }
        Ok(cells)
    }
}

/// Rows of numbers between 0 and 1 (confidences, contacts) at another rate, linear in time, for `frames` frames.
pub fn resample_rows<const WIDTH: usize>(
    values: &[[f32; WIDTH]],
    from: f32,
    to: f32,
    frames: usize,
) -> Vec<[f32; WIDTH]> {
    let Some(last) = values.len().checked_sub(1) else { return Vec::new() };
    (0..frames)
        .map(|frame| {
            let Between { before, after, weight } = between(frame, from.into(), to.into(), last);
            std::array::from_fn(|column| {
                let (a, b) = (values[before][column], values[after][column]);
                a + (b - a) * weight as f32
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_interpolated_and_end_with_the_clip() {
        let values = [[0.0; JOINT_COUNT], [1.0; JOINT_COUNT], [0.0; JOINT_COUNT]];
        let doubled: Vec<f32> = resample_rows(&values, 10.0, 20.0, 6).iter().map(|row| row[3]).collect();
        assert_eq!(doubled, [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]);
    }
}
