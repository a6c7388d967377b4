//! The one sampler: fills the masked cells of a token grid.
//!
//! Masked autoregression (MAR, Li et al. 2024): in each of a few rounds the transformer reads the grid and leaves a
//! context in every cell; the cells chosen for this round get their latents from the diffusion head by Euler steps along
//! a flow, with guidance on its velocity, and are known from then on. A cell goes through the head only in the round
//! that commits it. `models/ropar_models/sampler.py` is the reference this follows number by number.

mod noise;
mod schedule;

use std::ops::{ControlFlow, Range};

use self::schedule::guidance_of_round;
pub use self::{noise::Noise, schedule::commit_counts};
use crate::{
    engine::Networks,
    error::Error,
    grid::{CellState, TokenGrid},
    text::TextStates,
};

/// How to sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplerSettings {
    /// Rounds of masked autoregression per window.
    pub iterations: usize,
    /// Euler steps of the diffusion head for each cell.
    pub steps: usize,
    /// Guidance scale: 1 follows the text as learned, larger values exaggerate it.
    pub guidance: f32,
    /// Share of the guidance's excess over 1 that is gone in the last round; 0 keeps it the same in all.
    pub guidance_decay: f32,
    /// Factor of the noise that a latent begins as.
    pub temperature: f32,
    /// Tokens in time that the transformer sees at once.
    pub window: usize,
}

/// Tokens of a finished window that the next one sees. Two seconds keep gait and posture going.
const OVERLAP: usize = 10;

/// Called with the share of work that is done, 0..=1; `Break` cancels.
pub type Progress<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Fills the masked cells of `grid`; known cells come back as they went in, noisy ones are left alone.
///
/// A grid longer than the window is walked from its start in windows that overlap, each seeing what the ones before
/// it made; windows without a masked cell cost nothing.
///
/// # Errors
/// [`Error::Cancelled`] when `progress` breaks, and what the networks report.
pub fn sample(
    networks: &Networks,
    grid: &mut TokenGrid,
    text: &TextStates,
    noise: &Noise,
    settings: &SamplerSettings,
    progress: Progress<'_>,
) -> Result<(), Error> {
    let windows: Vec<_> =
        windows(grid.tokens(), settings.window).into_iter().filter(|window| grid.has_masked(window.clone())).collect();
    let count = windows.len();
    for (index, window) in windows.into_iter().enumerate() {
        let mut report = |share: f32| progress((index as f32 + share) / count as f32);
        sample_window(networks, grid, window, text, noise, settings, &mut report)?;
    }
    Ok(())
}

/// Overlapping spans that cover `tokens`.
fn windows(tokens: usize, window: usize) -> Vec<Range<usize>> {
    let stride = window.saturating_sub(OVERLAP).max(1);
    // One span, not its tokens.
    #[allow(clippy::single_range_in_vec_init)]
    let mut spans = vec![0..tokens.min(window)];
    while let Some(last) = spans.last().filter(|last| last.end < tokens) {
        let start = last.start + stride;
        spans.push(start..tokens.min(start + window));
    }
    spans
}

fn sample_window(
    networks: &Networks,
    grid: &mut TokenGrid,
    window: Range<usize>,
    text: &TextStates,
    noise: &Noise,
    settings: &SamplerSettings,
    progress: Progress<'_>,
) -> Result<(), Error> {
    let (parts, size) = (grid.parts(), grid.latent_size());
    let cells = window.start * parts..window.end * parts;
    let mut queue: Vec<usize> = cells.clone().filter(|&cell| grid.states()[cell] == CellState::Masked).collect();
    queue.sort_by(|a, b| noise.order[*a].total_cmp(&noise.order[*b]));

    let mut queue = queue.as_slice();
    let counts = commit_counts(queue.len(), settings.iterations);
    // Few cells leave rounds without any.
    let rounds = counts.iter().filter(|count| **count > 0).count();
    let total = (rounds * (settings.steps + 1)) as f32;
    let mut done = 0.0;
    let mut tick = || {
        done += 1.0;
        match progress(done / total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    };
    for (round, count) in counts.into_iter().enumerate() {
        let (now, later) = queue.split_at(count);
        queue = later;
        if now.is_empty() {
            continue;
        }
        let guidance = guidance_of_round(settings.guidance, settings.guidance_decay, round, settings.iterations);
        let context = networks.context(
            &grid.latents()[cells.start * size..cells.end * size],
            &grid.states()[cells.clone()],
            text,
            guidance != 1.0,
        )?;
        tick()?;
        let rows: Vec<usize> = now.iter().map(|cell| cell - cells.start).collect();
        let mut head = networks.head(&context, &rows)?;
        let mut latents: Vec<f32> = now
            .iter()
            .flat_map(|cell| &noise.latents[cell * size..(cell + 1) * size])
            .map(|value| value * settings.temperature)
            .collect();
        for step in 0..settings.steps {
            let time = step as f32 / settings.steps as f32;
            let velocity = head.velocity(&latents, time, guidance)?;
            for (value, slope) in latents.iter_mut().zip(velocity) {
                *value += slope / settings.steps as f32;
            }
            tick()?;
        }
        for (cell, latent) in now.iter().zip(latents.chunks_exact(size)) {
            grid.commit(*cell, latent);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)] // lists of spans, not of their tokens
mod tests {
    use super::windows;

    #[test]
    fn windows_overlap_and_cover() {
        assert_eq!(windows(12, 40), [0..12]);
        assert_eq!(windows(40, 40), [0..40]);
        assert_eq!(windows(41, 40), [0..40, 30..41]);
        assert_eq!(windows(100, 40), [0..40, 30..70, 60..100]);
    }
}
