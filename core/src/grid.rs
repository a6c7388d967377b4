//! The token grid: time x part, one latent per cell, and what is known of it.
//!
//! Everything the product does is a pattern of cell states handed to one sampler: text to motion is all masked, redoing
//! a part masks a column, an in-between masks a span of time, extending keeps a known head.

use std::ops::Range;

/// What the sampler may do with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellState {
    /// The latent is given; others may look at it, and it comes back as it went in.
    Known,
    /// To be made.
    Masked,
    /// Not credible: neither looked at nor made.
    Noisy,
    /// Outside of the clip.
    Padding,
}

/// Latents and states of `tokens` x `parts` cells, row-major in time.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenGrid {
    tokens: usize,
    parts: usize,
    latent_size: usize,
    latents: Vec<f32>,
    states: Vec<CellState>,
}

impl TokenGrid {
    /// A grid with nothing in it: all cells masked.
    pub fn masked(tokens: usize, parts: usize, latent_size: usize) -> Self {
        Self {
            tokens,
            parts,
            latent_size,
            latents: vec![0.0; tokens * parts * latent_size],
            states: vec![CellState::Masked; tokens * parts],
        }
    }

    /// A grid of known cells from latents `[tokens][parts][latent_size]`. `None` where the length does not fit.
    pub fn known(latents: Vec<f32>, parts: usize, latent_size: usize) -> Option<Self> {
        let cells = latents.len() / latent_size.max(1);
        let tokens = cells / parts.max(1);
        (tokens > 0 && tokens * parts * latent_size == latents.len()).then(|| Self {
            tokens,
            parts,
            latent_size,
            latents,
            states: vec![CellState::Known; tokens * parts],
        })
    }

    /// Length in tokens.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Number of parts.
    pub fn parts(&self) -> usize {
        self.parts
    }

    /// Values per latent.
    pub fn latent_size(&self) -> usize {
        self.latent_size
    }

    /// All latents `[tokens][parts][latent_size]`.
    pub fn latents(&self) -> &[f32] {
        &self.latents
    }

    /// All states `[tokens][parts]`.
    pub fn states(&self) -> &[CellState] {
        &self.states
    }

    /// Sets the state of `part` over a span of tokens; what lies outside of the grid is ignored.
    pub fn set_states(&mut self, part: usize, tokens: Range<usize>, state: CellState) {
        if part < self.parts {
            for token in tokens.start..tokens.end.min(self.tokens) {
                self.states[token * self.parts + part] = state;
            }
        }
    }

    /// Sets the latents of the cells from `first` on (counted `token * parts + part`); what lies outside of the grid is
    /// ignored.
    pub fn set_latents(&mut self, first: usize, latents: &[f32]) {
        let start = first.saturating_mul(self.latent_size).min(self.latents.len());
        let places = &mut self.latents[start..];
        let count = latents.len().min(places.len());
        places[..count].copy_from_slice(&latents[..count]);
    }

    /// Whether a span of tokens has a cell to be made.
    pub fn has_masked(&self, tokens: Range<usize>) -> bool {
        self.states[tokens.start * self.parts..tokens.end * self.parts].contains(&CellState::Masked)
    }

    /// Number of cells to be made.
    pub fn masked_cells(&self) -> usize {
        self.states.iter().filter(|state| **state == CellState::Masked).count()
    }

    /// Puts a latent into a cell (counted `token * parts + part`) and makes it known.
    pub(crate) fn commit(&mut self, cell: usize, latent: &[f32]) {
        self.latents[cell * self.latent_size..(cell + 1) * self.latent_size].copy_from_slice(latent);
        self.states[cell] = CellState::Known;
    }
}
