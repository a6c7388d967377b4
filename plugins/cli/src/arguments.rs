//! The command line as clap sees it.

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use clap_complete::Shell;
use ropar_core::retarget::RetargetOptions;
use ropar_core::runtime::{BackendChoice, ProviderChoice, RuntimeOptions};
use ropar_exporters::JointNames;

use crate::{installation, user_folder};

/// Text to motion for animators
///
/// A sentence goes in, a GLB, BVH or FBX file comes out, on this machine, without a network.
#[derive(Debug, Parser)]
#[command(name = "ropar", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 internal error, 2 usage, 3 input (prompt, seconds, clip), 4 model package, \
                        5 runtime (backend, provider, its setup), 6 output file, 7 a batch in which some files failed, \
                        130 cancelled"
)]
pub struct Arguments {
    /// Write results and errors as one JSON object on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Write nothing but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a motion from a prompt
    Generate(GenerateArguments),
    /// Make body parts of a clip anew and leave everything else as it is
    Edit(EditArguments),
    /// Turn a scene file into another format, or put its animation into another file of the same rig
    Convert(ConvertArguments),
    /// Put many clips and prompts onto many rigs, in parallel; what was stopped goes on where it was
    Batch(Box<BatchArguments>),
    /// Show what a scene file holds: rig, takes, rest pose, units, problems
    Inspect(InspectArguments),
    /// Put a clip on another character, whatever its names, proportions and rest pose
    Retarget(RetargetArguments),
    /// Show which node of a rig is which joint of a human body, and write it as a file to edit
    Map(MapArguments),
    /// Show the model package, the backend and the provider in use
    Info(InfoArguments),
    /// Install optional components
    Setup(SetupArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
}

#[derive(Debug, Args)]
pub struct GenerateArguments {
    /// What happens, in English; after `--` where it begins with a hyphen
    pub prompt: String,
    /// Length of the motion in seconds [default: as long as the described motion usually takes]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub seconds: Option<f32>,
    /// Seed of the noise: the same seed gives the same file on the same backend [default: a fresh one, reported]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Number of motions; from 2 on, the files are FILE_1, FILE_2 and so on, with seeds N, N + 1 and so on
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000), allow_negative_numbers = true)]
    pub samples: u16,
    /// Frames per second of the file
    #[arg(long, value_name = "F", default_value_t = ropar_exporters::DEFAULT_FPS, allow_negative_numbers = true)]
    pub fps: f32,
    /// How closely to follow the prompt; 1 is plain, more is closer and less varied [default: the package's]
    #[arg(long, value_name = "G", allow_negative_numbers = true)]
    pub guidance: Option<f32>,
    /// Leave feet as the networks made them; otherwise standing feet are held still and kept out of the floor
    #[arg(long)]
    pub no_plant_feet: bool,
    /// What the joints of an .fbx file are called; humanik: as Maya's and MotionBuilder's characters (Hips, LeftUpLeg, ...)
    #[arg(long, value_name = "NAMES", value_enum, default_value_t)]
    pub joint_names: JointNamesChoice,
    /// The file to write: .glb, .bvh, .fbx or .vrma
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub engine: EngineArguments,
}

/// Names for the joints of ropar's own skeleton.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum JointNamesChoice {
    /// pelvis, left_hip, left_knee, ...
    #[default]
    Smpl,
    /// Hips, LeftUpLeg, LeftLeg, ...
    #[value(name = "humanik")]
    HumanIk,
}

impl From<JointNamesChoice> for JointNames {
    fn from(choice: JointNamesChoice) -> Self {
        match choice {
            JointNamesChoice::Smpl => JointNames::Smpl,
            JointNamesChoice::HumanIk => JointNames::HumanIk,
        }
    }
}

#[derive(Debug, Args)]
pub struct EditArguments {
    /// The clip, a .glb or .bvh file that ropar wrote
    pub clip: PathBuf,
    /// Body parts to make anew, such as left_arm,right_leg (`ropar info` lists them)
    #[arg(long, value_name = "PARTS", value_delimiter = ',', required = true)]
    pub redo: Vec<String>,
    /// Second at which the new motion starts [default: the clip's start]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub start: Option<f32>,
    /// Second at which the new motion ends [default: the clip's end]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub end: Option<f32>,
    /// What the parts shall do, in English
    #[arg(long)]
    pub prompt: String,
    /// Make the parts in sight of what the rest of the body does, as arms swing with a gait; else they follow the prompt alone
    #[arg(long)]
    pub in_step: bool,
    /// Seed of the noise [default: a fresh one, reported]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// How closely to follow the prompt [default: the package's, or 1.5 with --in-step]
    #[arg(long, value_name = "G", allow_negative_numbers = true)]
    pub guidance: Option<f32>,
    /// The file to write, in the clip's own format
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub engine: EngineArguments,
}

#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// The scene file: .glb, .gltf, .vrm, .vrma, .bvh or .fbx
    pub input: PathBuf,
    /// The file to write: .glb, .gltf, .bvh, .fbx, .vrma for motions of ropar's own skeleton, or with --into its format
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The character that gets the animation: a file of the same rig, of which everything else is kept
    ///
    /// A .glb, .gltf, .vrm or .fbx file, whose format the output has, too. Nodes are found by name.
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,
    /// With --into: what the take is called there [default: as in the input]
    #[arg(long, value_name = "NAME", requires = "into")]
    pub name: Option<String>,
    /// With --into: takes of the same names there make room [default: they are an error]
    #[arg(long, requires = "into")]
    pub replace: bool,
    /// Name of the only take to write [default: all, or the first where the format holds one]
    #[arg(long, value_name = "NAME")]
    pub take: Option<String>,
    /// Frames per second of the file [default: as in the input]
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub fps: Option<f64>,
    /// First second to write [default: the take's start]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub start: Option<f64>,
    /// Last second to write [default: the take's end]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub end: Option<f64>,
    /// Metres in one unit of a BVH file, which does not say [default: guessed by the skeleton's size]
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    pub unit: Option<f64>,
}

#[derive(Debug, Args)]
pub struct BatchArguments {
    /// The job file (TOML); instead of it, the options below say what to do
    #[arg(conflicts_with_all = [
        "glob", "prompts", "target", "map", "source_map", "source_character", "take", "fps", "no_contacts",
        "hand_contacts", "in_place", "ground_root", "seconds", "seed", "samples", "guidance",
    ])]
    pub job: Option<PathBuf>,
    /// Clips to retarget, such as 'clips/**/*.bvh'; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub glob: Vec<String>,
    /// A text file with a prompt per line, each of which becomes a motion on every target
    #[arg(long, value_name = "FILE")]
    pub prompts: Option<PathBuf>,
    /// A rig to put everything on: .glb, .gltf, .vrm, .fbx or .bvh; may be given several times
    #[arg(long, value_name = "FILE")]
    pub target: Vec<PathBuf>,
    /// A mapping by `ropar map` for the target; the first for the first target and so on
    #[arg(long, value_name = "FILE", requires = "target")]
    pub map: Vec<PathBuf>,
    /// A mapping by `ropar map` for the clips
    #[arg(long, value_name = "FILE")]
    pub source_map: Option<PathBuf>,
    /// Which of several characters of each clip, counted from 1
    #[arg(long, value_name = "N")]
    pub source_character: Option<usize>,
    /// Name of the take of each clip [default: the first]
    #[arg(long, value_name = "NAME")]
    pub take: Option<String>,
    /// Frames per second of the results [default: the clip's; 30 for prompts]
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub fps: Option<f64>,
    #[command(flatten)]
    pub solve: SolveArguments,
    /// Length of motions of prompts in seconds [default: as long as the described motion usually takes]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub seconds: Option<f32>,
    /// Seed of the first sample of each prompt [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Motions per prompt
    #[arg(long, value_name = "K", allow_negative_numbers = true)]
    pub samples: Option<u16>,
    /// How closely to follow prompts [default: the package's]
    #[arg(long, value_name = "G", allow_negative_numbers = true)]
    pub guidance: Option<f32>,
    /// Folder of the results, made where it is not there [default: `out` of the job file]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Clips that are worked on at a time [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    pub jobs: Option<u16>,
    /// Only a share of the clips, such as 2/8 for the second of eight; afterwards --report-only writes the results
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Replace files that this batch has not made
    #[arg(long)]
    pub overwrite: bool,
    /// End with exit code 0 also where some files failed, so that a scheduler does not run the share again
    #[arg(long)]
    pub failed_ok: bool,
    /// Make nothing, only write the results of what is there
    #[arg(long, conflicts_with = "shard")]
    pub report_only: bool,
    #[command(flatten)]
    pub engine: EngineArguments,
}

/// A share of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub number: usize,
    pub count: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text
            .split_once('/')
            .and_then(|(number, count)| Some(Shard { number: number.parse().ok()?, count: count.parse().ok()? }));
        parsed
            .filter(|shard| (1..=shard.count).contains(&shard.number) && shard.count <= 100_000)
            .ok_or_else(|| "a share is written as 2/8: the second of eight".to_owned())
    }
}

#[derive(Debug, Args)]
pub struct InspectArguments {
    /// The scene file: .glb, .gltf, .vrm, .vrma, .bvh or .fbx
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct RetargetArguments {
    /// The clip: a .glb, .gltf, .vrm, .vrma, .bvh or .fbx file with an animation
    pub clip: PathBuf,
    /// The character: a scene file whose rig the clip shall move
    #[arg(long, value_name = "RIG")]
    pub target: PathBuf,
    /// A mapping file for the character (`ropar map` writes one) whose entries win over what is found
    #[arg(long, value_name = "MAPPING")]
    pub map: Option<PathBuf>,
    /// A mapping file for the clip's own rig
    #[arg(long, value_name = "MAPPING")]
    pub source_map: Option<PathBuf>,
    /// Name of the take [default: the first]
    #[arg(long, value_name = "NAME")]
    pub take: Option<String>,
    /// What the take is called in the output [default: as in the clip, or as the clip's file where that says nothing]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Which of several characters of the target's file, counted from 1
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub character: Option<usize>,
    /// Which of several characters of the clip's file, counted from 1
    #[arg(long, value_name = "N")]
    pub source_character: Option<usize>,
    #[command(flatten)]
    pub solve: SolveArguments,
    /// Frames per second of the new take [default: the clip's]
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub fps: Option<f64>,
    /// Metres in one unit of the clip, if it is a BVH file [default: guessed by the skeleton's size]
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    pub unit: Option<f64>,
    /// The file to write: the character's own with the take added; in another format, its joints with the take
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct MapArguments {
    /// The scene file: .glb, .gltf, .vrm, .vrma, .bvh or .fbx
    pub file: PathBuf,
    /// The mapping file to write, JSON
    #[arg(short, long, value_name = "MAPPING")]
    pub output: Option<PathBuf>,
    /// Which of several characters, counted from 1
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub character: Option<usize>,
    /// A mapping file whose entries win over what is found
    #[arg(long, value_name = "MAPPING")]
    pub map: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct InfoArguments {
    #[command(flatten)]
    pub engine: EngineArguments,
}

#[derive(Debug, Args)]
pub struct SetupArguments {
    #[command(subcommand)]
    pub component: SetupComponent,
}

#[derive(Debug, Subcommand)]
pub enum SetupComponent {
    /// Fetch ONNX Runtime with your own pip into your data folder: two to three times faster than the embedded backend
    Runtime(SetupRuntimeArguments),
}

#[derive(Debug, Args)]
pub struct SetupRuntimeArguments {
    /// The Python whose pip is used
    #[arg(long, value_name = "COMMAND", default_value = if cfg!(windows) { "python" } else { "python3" })]
    pub python: PathBuf,
    /// An already downloaded wheel of the pinned version, for machines without a network
    #[arg(long, value_name = "FILE")]
    pub wheel: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    pub shell: Shell,
}

/// How a motion goes onto a rig.
#[derive(Debug, Args)]
pub struct SolveArguments {
    /// Leave feet where the proportions bring them, without inverse kinematics
    #[arg(long)]
    pub no_contacts: bool,
    /// Hold hands that rest on the floor as well
    #[arg(long)]
    pub hand_contacts: bool,
    /// Take the path over the ground out
    #[arg(long)]
    pub in_place: bool,
    /// Let the rig's joint on the floor carry the path over the ground and the heading
    #[arg(long)]
    pub ground_root: bool,
}

impl SolveArguments {
    pub fn options(&self) -> RetargetOptions {
        RetargetOptions {
            contacts: !self.no_contacts,
            hand_contacts: self.hand_contacts,
            in_place: self.in_place,
            ground_root: self.ground_root,
        }
    }
}

/// What every command needs that opens the model.
#[derive(Debug, Clone, Args)]
pub struct EngineArguments {
    /// Folder of the model package, or the name of one that ships with ropar [default: ropar-base]
    #[arg(long, value_name = "DIR")]
    pub package: Option<PathBuf>,
    /// Inference backend
    #[arg(long, value_name = "NAME", default_value = "auto")]
    #[arg(value_parser = PossibleValuesParser::new(["auto", "onnxruntime", "embedded"]).try_map(|name| name.parse::<BackendChoice>()))]
    pub backend: BackendChoice,
    /// Execution provider
    #[arg(long, value_name = "NAME", default_value = "auto")]
    #[arg(value_parser = PossibleValuesParser::new(["auto", "cpu", "cuda", "tensorrt"]).try_map(|name| name.parse::<ProviderChoice>()))]
    pub provider: ProviderChoice,
    /// The ONNX Runtime library, or a folder that holds it
    #[arg(long, value_name = "PATH")]
    pub runtime_library: Option<PathBuf>,
    /// Threads of ONNX Runtime [default: one per physical core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    pub threads: Option<u16>,
}

impl EngineArguments {
    pub fn runtime_options(&self) -> RuntimeOptions {
        RuntimeOptions {
            backend: self.backend,
            provider: self.provider,
            library: self.runtime_library.clone(),
            library_folders: installation::folders().iter().cloned().chain(user_folder::runtime()).collect(),
            threads: self.threads.map(usize::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn odd_numbers_reach_the_checks_that_explain_them() {
        for value in ["-1", "0", "NaN", "1e9", "inf"] {
            let words = ["ropar", "generate", "a man walks", "-o", "a.glb"];
            let arguments = Arguments::try_parse_from(words.into_iter().chain(["--seconds", value]));
            assert!(arguments.is_ok(), "{value}: {arguments:?}");
        }
    }

    #[test]
    fn shares_are_read_and_checked() {
        assert_eq!("2/8".parse(), Ok(Shard { number: 2, count: 8 }));
        for wrong in ["", "2", "0/8", "9/8", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn parts_are_split_at_commas() {
        let words = ["ropar", "edit", "a.glb", "--redo", "left_arm,torso", "--prompt", "wave", "-o", "b.glb"];
        match Arguments::try_parse_from(words).expect("valid").command {
            Command::Edit(edit) => assert_eq!(edit.redo, ["left_arm", "torso"]),
            other => panic!("{other:?}"),
        }
    }
}
