//! The graphs of a package, called with the project's own types. Shapes are checked once, when the package is opened.

use std::sync::Arc;

use crate::{
    error::Error,
    features::{FEATURE_COUNT, Features, Origin},
    grid::{CellState, TokenGrid},
    package::{Package, file},
    parts::PartScheme,
    runtime::{ElementType::Float32, Runtime, Session, TensorView},
    text::{TextEncoder, TextStates},
};

/// Every network of a model package, ready to run.
#[derive(Debug)]
pub struct Networks {
    /// Prompts to token states.
    pub text: TextEncoder,
    parts: usize,
    latent_size: usize,
    frames_per_token: usize,
    frame_rate: f32,
    pvae_encoder: Arc<Session>,
    pvae_decoder: Arc<Session>,
    mar: Arc<Session>,
    modulation: Arc<Session>,
    step: Arc<Session>,
    duration: Arc<Session>,
}

/// What the transformer left in every cell: rows conditioned on the text, then, with guidance, as many without.
#[derive(Debug)]
pub struct Context {
    values: Vec<f32>,
    width: usize,
    cells: usize,
    batches: usize,
}

/// The diffusion head for the cells of one round, its token modulations computed once for all steps.
#[derive(Debug)]
pub struct Head<'a> {
    networks: &'a Networks,
    modulation: Vec<f32>,
    rows: usize,
    modulation_size: usize,
    guided: bool,
}

impl Networks {
    /// Loads all graphs side by side and checks their tensors against the manifest.
    pub(super) fn open(package: &Package, runtime: &Runtime, scheme: &PartScheme) -> Result<Self, Error> {
        let manifest = package.manifest();
        let (parts, latent) = (scheme.len(), manifest.latent_size);
        let paths = [
            file::TEXT_ENCODER,
            file::PVAE_ENCODER,
            file::PVAE_DECODER,
            file::MAR,
            file::DIFFUSION_MODULATION,
            file::DIFFUSION_STEP,
            file::DURATION,
        ]
        .map(|name| package.path(name));
        let mut found = Vec::with_capacity(paths.len());
        for path in paths {
            found.push(path?);
        }
        let [text, pvae_encoder, pvae_decoder, mar, modulation, step, duration] =
            runtime.load_all::<7>(std::array::from_fn(|index| found[index].as_path()))?;
        let grid = [None, None, Some(parts)];
        let latents = [None, None, Some(parts), Some(latent)];
        let frames = [None, None, Some(FEATURE_COUNT)];
        pvae_encoder.expect_input("features", Float32, &frames)?;
        pvae_encoder.expect_input("credible", Float32, &grid)?;
        pvae_encoder.expect_output("latent", &latents)?;
        pvae_decoder.expect_input("latent", Float32, &latents)?;
        pvae_decoder.expect_output("features", &frames)?;
        mar.expect_input("latent", Float32, &latents)?;
        mar.expect_input("known", Float32, &grid)?;
        mar.expect_input("attend", Float32, &grid)?;
        mar.expect_input("position", Float32, &[None, None, Some(2)])?;
        mar.expect_input("text_states", Float32, &[None, None, None])?;
        mar.expect_input("text_mask", Float32, &[None, None])?;
        mar.expect_output("context", &[None, None, Some(parts), None])?;
        modulation.expect_input("context", Float32, &[None, None])?;
        modulation.expect_output("modulation", &[None, None])?;
        step.expect_input("x", Float32, &[None, Some(latent)])?;
        step.expect_input("modulation", Float32, &[None, None])?;
        step.expect_input("time", Float32, &[Some(1)])?;
        step.expect_output("velocity", &[None, Some(latent)])?;
        duration.expect_input("text_states", Float32, &[None, None, None])?;
        duration.expect_input("text_mask", Float32, &[None, None])?;
        duration.expect_output("log_seconds", &[None, Some(2)])?;
        Ok(Self {
            text: TextEncoder::with_session(package, text)?,
            parts,
            latent_size: latent,
            frames_per_token: manifest.frames_per_token,
            frame_rate: manifest.frame_rate,
            pvae_encoder,
            pvae_decoder,
            mar,
            modulation,
            step,
            duration,
        })
    }

    /// Encodes features whose length is a whole number of tokens; `credible` has one entry per cell.
    ///
    /// # Errors
    /// What the backend reports.
    pub fn encode(&self, features: &Features, credible: &[bool]) -> Result<TokenGrid, Error> {
        let tokens = features.frames / self.frames_per_token;
        let mask: Vec<f32> = credible.iter().map(|&seen| f32::from(u8::from(seen))).collect();
        let mut outputs = self.pvae_encoder.run(&[
            ("features", TensorView::floats(&[1, features.frames, FEATURE_COUNT], &features.data)),
            ("credible", TensorView::floats(&[1, tokens, self.parts], &mask)),
        ])?;
        let latents = outputs.take_shaped("latent", &[1, tokens, self.parts, self.latent_size])?;
        TokenGrid::known(latents, self.parts, self.latent_size)
            .ok_or_else(|| Error::invalid_request("the clip has no frames", "give a clip with at least one frame"))
    }

    /// Decodes the latents of a grid into features that start at `origin`.
    ///
    /// # Errors
    /// What the backend reports.
    pub fn decode(&self, grid: &TokenGrid, origin: Origin) -> Result<Features, Error> {
        let shape = [1, grid.tokens(), self.parts, self.latent_size];
        let mut outputs = self.pvae_decoder.run(&[("latent", TensorView::floats(&shape, grid.latents()))])?;
        let frames = grid.tokens() * self.frames_per_token;
        let data = outputs.take_shaped("features", &[1, frames, FEATURE_COUNT])?;
        Ok(Features { fps: self.frame_rate, frames, data, origin })
    }

    /// One pass of the transformer over a window: `latents` `[tokens][parts][latent]` and `states` `[tokens][parts]`.
    /// With `guided`, a second pass without the text goes along in the same batch.
    ///
    /// # Errors
    /// What the backend reports.
    pub fn context(
        &self,
        latents: &[f32],
        states: &[CellState],
        text: &TextStates,
        guided: bool,
    ) -> Result<Context, Error> {
        let cells = states.len();
        let tokens = cells / self.parts;
        let batches = if guided { 2 } else { 1 };
        let per_cell = |value: fn(CellState) -> bool| -> Vec<f32> {
            states.iter().map(|&state| f32::from(u8::from(value(state)))).collect::<Vec<_>>().repeat(batches)
        };
        let known = per_cell(|state| state == CellState::Known);
        let attend = per_cell(|state| matches!(state, CellState::Known | CellState::Masked));
        let position: Vec<f32> = (0..tokens)
            .flat_map(|token| [token as f32, (tokens - 1 - token) as f32])
            .collect::<Vec<_>>()
            .repeat(batches);
        let mut text_mask = vec![1.0; text.tokens * batches];
        text_mask[text.tokens..].fill(0.0);
        let grid = [batches, tokens, self.parts];
        let mut outputs = self.mar.run(&[
            ("latent", TensorView::floats(&[batches, tokens, self.parts, self.latent_size], &latents.repeat(batches))),
            ("known", TensorView::floats(&grid, &known)),
            ("attend", TensorView::floats(&grid, &attend)),
            ("position", TensorView::floats(&[batches, tokens, 2], &position)),
            ("text_states", TensorView::floats(&[batches, text.tokens, text.width], &text.values.repeat(batches))),
            ("text_mask", TensorView::floats(&[batches, text.tokens], &text_mask)),
        ])?;
        let values = outputs.take("context")?.values;
        let width = values.len() / (cells * batches).max(1);
        Ok(Context { values, width, cells, batches })
    }

    /// The diffusion head for some cells (`rows` count within the window that `context` was made for).
    ///
    /// # Errors
    /// What the backend reports.
    pub fn head(&self, context: &Context, rows: &[usize]) -> Result<Head<'_>, Error> {
        let width = context.width;
        let chosen: Vec<f32> = (0..context.batches)
            .flat_map(|batch| rows.iter().map(move |row| (batch * context.cells + row) * width))
            .flat_map(|start| &context.values[start..start + width])
            .copied()
            .collect();
        let count = rows.len() * context.batches;
        let mut outputs = self.modulation.run(&[("context", TensorView::floats(&[count, width], &chosen))])?;
        let modulation = outputs.take("modulation")?.values;
        Ok(Head {
            networks: self,
            modulation_size: modulation.len() / count.max(1),
            modulation,
            rows: rows.len(),
            guided: context.batches == 2,
        })
    }

    /// Mean and deviation of the logarithm of the seconds that a described motion lasts.
    ///
    /// # Errors
    /// What the backend reports.
    pub fn log_seconds(&self, text: &TextStates) -> Result<(f32, f32), Error> {
        let mut outputs = self.duration.run(&[
            ("text_states", TensorView::floats(&[1, text.tokens, text.width], &text.values)),
            ("text_mask", TensorView::floats(&[1, text.tokens], &vec![1.0; text.tokens])),
        ])?;
        let values = outputs.take_shaped("log_seconds", &[1, 2])?;
        Ok((values[0], values[1].exp()))
    }
}

impl Head<'_> {
    /// Guided velocity at noisy latents `[rows][latent]` and flow time 0..1.
    ///
    /// # Errors
    /// What the backend reports.
    pub fn velocity(&mut self, latents: &[f32], time: f32, guidance: f32) -> Result<Vec<f32>, Error> {
        let size = self.networks.latent_size;
        let batches = if self.guided { 2 } else { 1 };
        let rows = self.rows * batches;
        let mut outputs = self.networks.step.run(&[
            ("x", TensorView::floats(&[rows, size], &latents.repeat(batches))),
            ("modulation", TensorView::floats(&[rows, self.modulation_size], &self.modulation)),
            ("time", TensorView::floats(&[1], &[time])),
        ])?;
        let mut velocity = outputs.take_shaped("velocity", &[rows, size])?;
        if self.guided {
            let free = velocity.split_off(self.rows * size);
            for (conditioned, free) in velocity.iter_mut().zip(free) {
                *conditioned = free + guidance * (*conditioned - free);
            }
        }
        Ok(velocity)
    }
}
