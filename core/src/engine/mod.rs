//! A model package opened on a runtime: what hosts call.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//! use ropar_core::{engine::{Engine, GenerateRequest}, package::Package, runtime::RuntimeOptions};
//!
//! let package = Package::open("models/pretrained/ropar-base".as_ref())?;
//! let engine = Engine::open(package, &RuntimeOptions::default())?;
//! let request = GenerateRequest::new("a person waves with the left hand");
//! let made = engine.generate(&request, &mut |_share| ControlFlow::Continue(()))?;
//! println!("{} frames at {} fps", made.motion.frames(), made.motion.fps);
//! # Ok::<(), ropar_core::error::Error>(())
//! ```

mod clip_grid;
mod networks;

use std::ops::ControlFlow;

pub use self::{
    clip_grid::{CREDIBLE_THRESHOLD, ClipGrid, Confidences, resample_rows},
    networks::{Context, Head, Networks},
};
use crate::{
    cleanup::{contacts::ContactLimits, plant_feet},
    edit::{Redo, RedoRequest},
    error::Error,
    features::{self, Features, Origin},
    grid::TokenGrid,
    motion::Motion,
    package::{Manifest, Package},
    parts::PartScheme,
    runtime::{Runtime, RuntimeOptions, RuntimeReport},
    sampler::{Noise, Progress, SamplerSettings, sample},
    text::TextStates,
};

/// Shortest motion in seconds: two tokens of the first package; less is a pose, not a motion.
pub const SHORTEST_SECONDS: f32 = 0.4;

/// A prompt and how to follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateRequest {
    /// What happens, in English.
    pub prompt: String,
    /// Length in seconds; `None`: as long as the described motion usually takes.
    pub seconds: Option<f32>,
    /// Seed of the noise; the same seed gives the same motion on the same backend.
    pub seed: u64,
    /// Guidance scale; `None`: the package's default.
    pub guidance: Option<f32>,
    /// Rounds of masked autoregression; `None`: the package's default.
    pub iterations: Option<usize>,
    /// Euler steps of the diffusion head; `None`: the package's default.
    pub steps: Option<usize>,
    /// Whether standing feet are held still and kept out of the floor ([`plant_feet`]); otherwise they are as the networks
    /// made them.
    pub plant_feet: bool,
}

impl GenerateRequest {
    /// A request with the package's defaults, seed 0 and planted feet.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            seconds: None,
            seed: 0,
            guidance: None,
            iterations: None,
            steps: None,
            plant_feet: true,
        }
    }
}

/// A made motion and what it was made with.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The motion at the package's own rate, starting at the origin and facing +Z.
    pub motion: Motion,
    /// Its length in seconds, also where the request left it open.
    pub seconds: f32,
    /// The guidance scale that was used.
    pub guidance: f32,
}

/// An opened model. Shared freely between threads; each call is independent of the others.
#[derive(Debug)]
pub struct Engine {
    package: Package,
    runtime: Runtime,
    scheme: PartScheme,
    networks: Networks,
}

impl Engine {
    /// Opens the runtime and loads the package's graphs.
    ///
    /// # Errors
    /// [`Error::Runtime`] where the backend or a graph cannot be opened, [`Error::Package`] where a file is not listed or
    /// the package's part scheme is not valid.
    pub fn open(package: Package, options: &RuntimeOptions) -> Result<Self, Error> {
        let runtime = Runtime::open(options)?;
        let scheme = package.part_scheme()?;
        let networks = Networks::open(&package, &runtime, &scheme)?;
        Ok(Self { package, runtime, scheme, networks })
    }

    /// The package.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// The package's manifest.
    pub fn manifest(&self) -> &Manifest {
        self.package.manifest()
    }

    /// The body parts that can be made anew.
    pub fn scheme(&self) -> &PartScheme {
        &self.scheme
    }

    /// The networks themselves, for tools that look inside.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// The backend and provider that are really in use.
    pub fn report(&self) -> &RuntimeReport {
        self.runtime.report()
    }

    /// Makes a motion from a prompt.
    ///
    /// # Errors
    /// [`Error::Text`] for a prompt the model cannot read, [`Error::InvalidRequest`] for a length or setting outside of
    /// the package's limits, [`Error::Cancelled`] when `progress` breaks.
    pub fn generate(&self, request: &GenerateRequest, progress: Progress<'_>) -> Result<Generated, Error> {
        let manifest = self.manifest();
        if let Some(seconds) = request.seconds {
            check_seconds(seconds, manifest.limits.max_seconds)?;
        }
        let settings = self.settings(request.guidance, request.iterations, request.steps)?;
        begin(progress)?;
        let text = self.networks.text.encode(&request.prompt)?;
        let seconds = match request.seconds {
            Some(seconds) => seconds,
            None => self.usual_seconds(&text)?,
        };
        let frames = ((seconds * manifest.frame_rate).round() as usize).max(1);
        let tokens = frames.div_ceil(manifest.frames_per_token);
        let mut grid = TokenGrid::masked(tokens, self.scheme.len(), manifest.latent_size);
        self.fill(&mut grid, &text, request.seed, &settings, progress)?;
        let made = self.decode(&grid, Origin::default())?.slice(0..frames);
        let motion = if request.plant_feet { plant_feet(&made, &ContactLimits::GENERATED) } else { made };
        Ok(Generated { motion, seconds, guidance: settings.guidance })
    }

    /// Makes body parts of a clip anew; every other number of the clip stays as it is, bit for bit.
    ///
    /// # Errors
    /// As [`generate`](Self::generate), and for parts or a span that do not fit the clip.
    pub fn redo(&self, clip: &Motion, request: &RedoRequest, progress: Progress<'_>) -> Result<Motion, Error> {
        let manifest = self.manifest();
        let (rate, per_token) = (manifest.frame_rate, manifest.frames_per_token);
        if clip.frames() == 0 || !(clip.fps.is_finite() && clip.fps > 0.0) {
            return Err(Error::invalid_request("the clip has no frames", "give a clip with at least one frame"));
        }
        check_seconds(clip.frames() as f32 / clip.fps, manifest.limits.max_seconds)?;
        let settings = self.settings(request.guidance(), None, None)?;
        begin(progress)?;
        let text = self.networks.text.encode(&request.prompt)?;

        let at_rate = clip.resample(rate);
        let mut features = features::from_motion(&at_rate);
        pad(&mut features, per_token);
        let tokens = features.frames / per_token;
        let redo = Redo::plan(request, &self.scheme, clip, tokens, rate / per_token as f32)?;
        let mut grid = self.networks.encode(&features, &vec![true; tokens * self.scheme.len()])?;
        redo.mask(&mut grid);
        self.fill(&mut grid, &text, request.seed, &settings, progress)?;
        let made = self.decode(&grid, features.origin)?.slice(0..at_rate.frames());
        Ok(redo.merge(clip, &stretch(&made, clip), &self.scheme))
    }

    fn fill(
        &self,
        grid: &mut TokenGrid,
        text: &TextStates,
        seed: u64,
        settings: &SamplerSettings,
        progress: Progress<'_>,
    ) -> Result<(), Error> {
        let noise = Noise::from_seed(seed, grid.tokens() * grid.parts(), grid.latent_size());
        sample(&self.networks, grid, text, &noise, settings, progress)
    }

    fn decode(&self, grid: &TokenGrid, origin: Origin) -> Result<Motion, Error> {
        let features = self.networks.decode(grid, origin)?;
        features::to_motion(&features).map_err(|error| {
            Error::invalid_request(
                format!("the model made no valid motion: {error}"),
                "try another seed or a smaller guidance scale, and report the prompt",
            )
        })
    }

    fn settings(
        &self,
        guidance: Option<f32>,
        iterations: Option<usize>,
        steps: Option<usize>,
    ) -> Result<SamplerSettings, Error> {
        let manifest = self.manifest();
        let guidance = guidance.unwrap_or(manifest.sampler.guidance);
        check_guidance(guidance, manifest.sampler.guidance)?;
        let in_range = |name: &str, value: Option<usize>, default: usize| match value.unwrap_or(default) {
            value @ 1..=200 => Ok(value),
            value => Err(Error::invalid_request(
                format!("{value} {name} are out of range"),
                format!("choose 1 to 200; this package's own is {default}"),
            )),
        };
        Ok(SamplerSettings {
            iterations: in_range("iterations", iterations, manifest.sampler.iterations)?,
            steps: in_range("steps", steps, manifest.sampler.steps)?,
            guidance,
            guidance_decay: manifest.sampler.guidance_decay,
            temperature: manifest.sampler.temperature,
            window: manifest.limits.max_tokens_per_window,
        })
    }

    /// The median of the predicted length, within what one window of the transformer sees.
    fn usual_seconds(&self, text: &TextStates) -> Result<f32, Error> {
        let manifest = self.manifest();
        let (mean, _) = self.networks.log_seconds(text)?;
        let window = (manifest.limits.max_tokens_per_window * manifest.frames_per_token) as f32 / manifest.frame_rate;
        let longest = window.min(manifest.limits.max_seconds);
        let seconds = mean.exp().clamp(longest.min(1.0), longest);
        // A length that a person would type.
        Ok((seconds * 10.0).round() / 10.0)
    }
}

/// Tells the host that work begins, so that it can cancel before the text is encoded.
fn begin(progress: Progress<'_>) -> Result<(), Error> {
    match progress(0.0) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// Whether a motion of this length can be made; `longest` is the package's limit. For hosts that want to know before
/// they load the networks.
///
/// # Errors
/// [`Error::InvalidRequest`] with the range.
pub fn check_seconds(seconds: f32, longest: f32) -> Result<(), Error> {
    // Negated so that NaN is refused as well.
    if !(seconds >= SHORTEST_SECONDS && seconds <= longest) {
        return Err(Error::invalid_request(
            format!("a length of {seconds} s is out of range"),
            format!("choose {SHORTEST_SECONDS} to {longest} seconds"),
        ));
    }
    Ok(())
}

/// Whether motion can be made with this guidance scale; `own` is the package's. For hosts that want to know before they load
/// the networks.
///
/// # Errors
/// [`Error::InvalidRequest`] with the range.
pub fn check_guidance(guidance: f32, own: f32) -> Result<(), Error> {
    if (0.0..=20.0).contains(&guidance) {
        return Ok(());
    }
    Err(Error::invalid_request(
        format!("a guidance scale of {guidance} is out of range"),
        format!("choose 0 to 20; this package's own is {own}"),
    ))
}

/// Repeats the last frame up to a whole number of tokens.
fn pad(features: &mut Features, frames_per_token: usize) {
    let width = features.data.len() / features.frames.max(1);
    let missing = features.frames.next_multiple_of(frames_per_token) - features.frames;
    let last = features.data[features.data.len() - width..].to_vec();
    for _ in 0..missing {
        features.data.extend_from_slice(&last);
    }
    features.frames += missing;
}

/// `made` at the rate and exact length of `clip`.
fn stretch(made: &Motion, clip: &Motion) -> Motion {
    let mut made = made.resample(clip.fps);
    while made.frames() < clip.frames() {
        made.root.push(made.root[made.root.len() - 1]);
        made.rotations.push(made.rotations[made.rotations.len() - 1]);
    }
    made.slice(0..clip.frames())
}
