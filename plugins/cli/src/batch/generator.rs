//! Prompts of a batch: one engine for all workers, opened when the first motion is needed.

use std::sync::Mutex;

use ropar_core::{
    engine::{Engine, GenerateRequest, Generated, check_guidance, check_seconds},
    package::{Package, file},
    provenance::{self, Provenance},
    text::{Prompt, Tokenizer},
};
use serde_json::{Value, json};

use super::{job::Job, journal::sha256};
use crate::{arguments::EngineArguments, commands, failure::Failure, interrupt};

/// The model of a batch.
#[derive(Debug)]
pub struct Generator {
    package: Package,
    arguments: EngineArguments,
    engine: Mutex<Option<Result<std::sync::Arc<Engine>, Failure>>>,
    /// Hash of the package's manifest, which holds the hashes of its files.
    identity: String,
    /// What to tell the user of prompts.
    pub warnings: Vec<String>,
}

impl Generator {
    /// Reads the package's manifest and refuses prompts that the model cannot read; nothing is loaded yet.
    ///
    /// Threads of ONNX Runtime are shared out among `workers`, where the user does not say.
    pub fn of(job: &Job, arguments: &EngineArguments, workers: usize) -> Result<Option<Generator>, Failure> {
        if job.prompts.is_empty() {
            return Ok(None);
        }
        let package = commands::read_package(arguments)?;
        let limits = &package.manifest().limits;
        let tokenizer = Tokenizer::open(&package.path(file::TOKENIZER)?, limits.max_text_tokens)?;
        let mut warnings = Vec::new();
        for prompt in &job.prompts {
            let named = |failure: Failure| Failure {
                message: format!("the prompt `{}`: {}", prompt.text, failure.message),
                ..failure
            };
            if let Some(seconds) = prompt.seconds {
                check_seconds(seconds, limits.max_seconds).map_err(|error| named(error.into()))?;
            }
            if let Some(guidance) = prompt.guidance {
                check_guidance(guidance, package.manifest().sampler.guidance).map_err(|error| named(error.into()))?;
            }
            let parsed = Prompt::parse(&prompt.text, limits.max_prompt_characters);
            let parsed = parsed.and_then(|parsed| tokenizer.ids(&parsed.text).map(|_| parsed));
            warnings.extend(parsed.map_err(|error| named(error.into()))?.warnings);
        }
        let manifest = serde_json::to_vec(package.manifest()).map_err(|error| Failure::input(error.to_string(), ""))?;
        let mut arguments = arguments.clone();
        if arguments.threads.is_none() && workers > 1 {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            arguments.threads = u16::try_from((cores / workers).max(1)).ok();
        }
        Ok(Some(Generator { package, arguments, engine: Mutex::default(), identity: sha256(&manifest), warnings }))
    }

    /// What decides a motion, for its key.
    pub fn identity(&self, request: &GenerateRequest) -> Value {
        let GenerateRequest { prompt, seconds, seed, guidance, plant_feet, .. } = request;
        json!({
            "package": self.identity,
            "prompt": prompt,
            "seed": seed,
            "seconds": seconds.map(provenance::decimal),
            "guidance": guidance.map(provenance::decimal),
            "plant_feet": plant_feet,
        })
    }

    /// Makes a motion.
    pub fn generate(&self, request: &GenerateRequest) -> Result<Generated, Failure> {
        Ok(self.engine()?.generate(request, &mut |_| interrupt::control())?)
    }

    /// Where a motion comes from, for its files.
    pub fn provenance(&self, request: &GenerateRequest, made: &Generated) -> Provenance {
        let GenerateRequest { prompt, seed, .. } = request;
        let metadata = provenance::of_generation(self.package.manifest(), prompt, *seed, made.seconds, made.guidance);
        Provenance::new(metadata)
    }

    /// The terms of what was made.
    pub fn licence_note(&self) -> Option<String> {
        provenance::licence_note(self.package.manifest())
    }

    /// The name and version of the package.
    pub fn package(&self) -> Value {
        let manifest = self.package.manifest();
        json!({ "name": manifest.name, "version": manifest.version, "licence": manifest.licence })
    }

    fn engine(&self) -> Result<std::sync::Arc<Engine>, Failure> {
        let mut engine = self.engine.lock().map_err(|error| Failure::runtime(error.to_string(), ""))?;
        let open = || commands::open_engine(&self.package, &self.arguments).map(std::sync::Arc::new);
        engine.get_or_insert_with(open).clone()
    }
}
