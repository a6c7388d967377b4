//! Whatever is wrong is told in one line with the next step, by the documented exit code, and leaves no file behind.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const FILES: [&str; 8] = [
    "text_encoder",
    "tokenizer",
    "pvae_encoder",
    "pvae_decoder",
    "mar",
    "diffusion_modulation",
    "diffusion_step",
    "duration",
];

/// A folder for the outputs and a package that is whole by its hashes, with graphs that are none.
struct Workplace {
    folder: TempDir,
}

impl Workplace {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let workplace = Self { folder };
        fs::create_dir_all(workplace.package()).expect("folder");
        fs::create_dir(workplace.outputs()).expect("folder");
        fs::create_dir(workplace.path("empty")).expect("folder");
        let mut files = serde_json::Map::new();
        for name in FILES {
            let contents = format!("no graph: {name}");
            fs::write(workplace.package().join(name), &contents).expect("write");
            let sha256: String = Sha256::digest(&contents).iter().map(|byte| format!("{byte:02x}")).collect();
            files.insert(name.into(), json!({ "path": name, "sha256": sha256, "bytes": contents.len() }));
        }
        let manifest = json!({
            "format_version": 1, "name": "test", "version": "1.0.0", "skeleton": "canonical-22", "part_scheme": "five",
            "features": { "layout": "heading-262", "channels": 262 }, "frame_rate": 20, "frames_per_token": 4,
            "latent_size": 32, "sampler": { "iterations": 8, "steps": 10, "guidance": 3 },
            "limits": {
                "max_tokens_per_window": 50, "max_seconds": 10, "max_prompt_characters": 1000, "max_text_tokens": 64
            },
            "text_encoder": "all-MiniLM-L6-v2",
            "licence": { "id": "CC-BY-NC-4.0", "notice": "Non-commercial.", "commercial": false },
            "files": files,
        });
        fs::write(workplace.package().join("manifest.json"), manifest.to_string()).expect("write");
        workplace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn package(&self) -> PathBuf {
        self.path("package")
    }

    fn outputs(&self) -> PathBuf {
        self.path("outputs")
    }

    fn change_manifest(&self, change: impl FnOnce(&mut Value)) {
        let path = self.package().join("manifest.json");
        let mut manifest = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
        change(&mut manifest);
        fs::write(path, manifest.to_string()).expect("write");
    }

    /// Runs `ropar` with `words`.
    fn ropar(&self, words: &[&str]) -> Output {
        self.command().args(words).output().expect("starts")
    }

    /// `ropar` in the outputs folder, away from whatever the user has installed.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ropar"));
        command.current_dir(self.outputs());
        for folder in ["XDG_DATA_HOME", "HOME", "LOCALAPPDATA"] {
            command.env(folder, self.path("empty"));
        }
        command
    }

    /// `ropar generate` with this workplace's package, a prompt and further words.
    fn generate(&self, prompt: &str, further: &[&str]) -> Output {
        let package = self.package();
        let package = package.to_str().expect("UTF-8");
        let mut words = vec!["generate", prompt, "--package", package, "--backend", "embedded"];
        words.extend(further);
        if !further.contains(&"-o") {
            words.extend(["-o", "walk.glb"]);
        }
        self.ropar(&words)
    }

    fn assert_no_output(&self) {
        let left: Vec<PathBuf> =
            fs::read_dir(self.outputs()).expect("folder").map(|entry| entry.expect("entry").path()).collect();
        assert!(left.is_empty(), "left behind: {left:?}");
    }
}

/// Asserts the exit code, one error line that contains `expected`, one line with the next step, and nothing else.
fn assert_refused(output: &Output, code: i32, expected: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(output.stdout.is_empty());
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{stderr}");
    assert!(lines[0].starts_with("error: ") && lines[0].contains(expected), "{stderr}");
    assert!(lines[1].starts_with(" next: ") && lines[1].len() > 12, "{stderr}");
}

#[test]
fn prompts() {
    let workplace = Workplace::new();
    let long = "walk ".repeat(2000);
    for (prompt, expected) in [
        ("", "empty"),
        ("   ", "empty"),
        (long.as_str(), "9999 characters, the limit is 1000"),
        ("eine Person geht vorwärts und winkt", "looks like German"),
        ("一个人向前走", "another script"),
        ("👋👋", "no words"),
    ] {
        assert_refused(&workplace.generate(prompt, &[]), 3, expected);
    }
    workplace.assert_no_output();
}

#[test]
fn numbers() {
    let workplace = Workplace::new();
    for seconds in ["0", "-1", "NaN", "1e9", "0.1", "inf"] {
        assert_refused(&workplace.generate("a man walks", &["--seconds", seconds]), 3, "out of range");
    }
    for fps in ["0", "-30", "NaN", "1e9"] {
        assert_refused(&workplace.generate("a man walks", &["--fps", fps]), 3, "frames per second");
    }
    workplace.assert_no_output();
}

#[test]
fn targets_are_judged_before_the_package_is_touched() {
    let workplace = Workplace::new();
    fs::remove_dir_all(workplace.package()).expect("remove");
    assert_refused(&workplace.generate("a man walks", &["-o", "walk.blend"]), 2, "walk.blend");
    assert_refused(&workplace.generate("a man walks", &["-o", "walk"]), 2, "walk");
    for name in ["walk", "walk.gltf", "walk.vrm"] {
        let output = workplace.generate("a man walks", &["-o", name]);
        assert_refused(&output, 2, "no extension that a clip is written with");
        // What is offered is taken: the next thing that is missing is the package.
        let stderr = String::from_utf8_lossy(&output.stderr);
        let offered = stderr.split_once(".glb, .bvh, .fbx or .vrma;");
        assert!(offered.is_some_and(|(_, rest)| rest.contains("ropar convert")), "{stderr}");
    }
    for name in ["walk.glb", "walk.bvh", "walk.fbx", "walk.vrma"] {
        assert_refused(&workplace.generate("a man walks", &["-o", name]), 4, "no model package folder");
    }
    let output = workplace.generate("a man walks", &["-o", "walk.glb", "--joint-names", "humanik"]);
    assert_refused(&output, 2, "only .fbx files");
    assert!(String::from_utf8_lossy(&output.stderr).contains("leave --joint-names out"));
    assert_refused(&workplace.generate("a man walks", &["-o", "no/such/folder/walk.glb"]), 6, "no/such/folder");
    let long = format!("{}.glb", "walk".repeat(100));
    assert_refused(&workplace.generate("a man walks", &["-o", &long]), 6, "choose a shorter");
    fs::create_dir(workplace.path("folder.glb")).expect("folder");
    assert_refused(&workplace.generate("a man walks", &["-o", "../folder.glb"]), 6, "folder.glb");
    workplace.assert_no_output();
}

#[test]
fn packages() {
    let refused = |break_it: &dyn Fn(&Workplace), expected: &str| {
        let workplace = Workplace::new();
        break_it(&workplace);
        assert_refused(&workplace.generate("a man walks", &[]), 4, expected);
        workplace.assert_no_output();
    };
    refused(&|workplace| fs::remove_dir_all(workplace.package()).expect("remove"), "no model package folder");
    refused(&|workplace| fs::remove_file(workplace.package().join("manifest.json")).expect("remove"), "manifest.json");
    refused(&|workplace| fs::write(workplace.package().join("manifest.json"), "{").expect("write"), "manifest.json");
    refused(&|workplace| workplace.change_manifest(|manifest| manifest["format_version"] = json!(2)), "version 2");
    refused(
        &|workplace| workplace.change_manifest(|manifest| manifest["files"]["mar"]["path"] = json!("../mar")),
        "outside of the package",
    );
    refused(&|workplace| fs::remove_file(workplace.package().join("mar")).expect("remove"), "mar is missing");
    refused(&|workplace| fs::write(workplace.package().join("mar"), "no").expect("write"), "mar has 2 bytes");
    refused(&|workplace| fs::write(workplace.package().join("mar"), "NO graph: mar").expect("write"), "SHA-256");
}

#[test]
fn runtimes() {
    let workplace = Workplace::new();
    let refused = |further: &[&str], expected: &str| {
        let package = workplace.package();
        let mut words =
            vec!["generate", "a man walks", "-o", "walk.glb", "--package", package.to_str().expect("UTF-8")];
        words.extend(further);
        assert_refused(&workplace.ropar(&words), 5, expected);
    };
    refused(&["--runtime-library", "/no/such/libonnxruntime.so"], "/no/such/libonnxruntime.so");
    refused(&["--backend", "onnxruntime"], "no ONNX Runtime library was found");
    refused(&["--backend", "embedded", "--provider", "cuda"], "CUDA");
    refused(&["--provider", "tensorrt"], "no ONNX Runtime library was found");
    let no_library = workplace.path("libonnxruntime.so");
    fs::write(&no_library, "not a library").expect("write");
    refused(&["--runtime-library", no_library.to_str().expect("UTF-8")], "cannot be used as ONNX Runtime");
    // The package is whole, but its graphs are none.
    refused(&["--backend", "embedded"], "cannot be loaded");
    workplace.assert_no_output();
}

#[test]
fn clips() {
    let workplace = Workplace::new();
    let refused = |clip: &Path, output: &str, code: i32, expected: &str| {
        let clip = clip.to_str().expect("UTF-8");
        let words = ["edit", clip, "--redo", "left_arm", "--prompt", "wave", "-o", output];
        assert_refused(&workplace.ropar(&words), code, expected);
    };
    refused(&workplace.path("missing.glb"), "out.glb", 3, "missing.glb");
    refused(&workplace.path("clip.blend"), "out.glb", 2, "clip.blend");
    refused(&workplace.path("missing.glb"), "out.bvh", 2, "different formats");
    let broken = workplace.path("broken.glb");
    fs::write(&broken, b"glTF, or is it?").expect("write");
    refused(&broken, "out.glb", 3, "broken.glb");
    workplace.assert_no_output();
}

#[test]
fn scenes() {
    let workplace = Workplace::new();
    let scene = workplace.path("two.bvh");
    let channels = "CHANNELS 3 Zrotation Xrotation Yrotation";
    let joint = format!(
        "HIERARCHY\nROOT Base\n{{\nOFFSET 0 0 0\n{channels}\nJOINT Top\n{{\nOFFSET 0 90 0\n{channels}\nEnd Site\n{{\nOFFSET 0 9 0\n}}\n}}\n}}\n"
    );
    fs::write(&scene, format!("{joint}MOTION\nFrames: 2\nFrame Time: 0.04\n0 0 0 0 0 0\n10 20 30 5 5 5\n"))
        .expect("write");
    let scene = scene.to_str().expect("UTF-8");
    assert_refused(&workplace.ropar(&["convert", scene, "-o", "two.xyz"]), 2, "two.xyz");
    assert_refused(&workplace.ropar(&["convert", scene, "-o", "no/folder/two.glb"]), 6, "no/folder");
    assert_refused(&workplace.ropar(&["convert", scene, "-o", "two.vrm"]), 2, "an avatar cannot be made");
    assert_refused(&workplace.ropar(&["convert", scene, "-o", "two.vrma"]), 2, "`pelvis` is missing");
    assert_refused(&workplace.ropar(&["convert", scene, "-o", "two.glb", "--take", "run"]), 3, "there are: `motion`");
    assert_refused(&workplace.ropar(&["convert", scene, "-o", "two.glb", "--start", "9"]), 3, "no frame");
    assert_refused(&workplace.ropar(&["convert", scene, "-o", "two.glb", "--fps", "0"]), 3, "0 frames per second");
    for (more, expected) in [
        (&["--start", "3", "--end", "2"][..], "the span from 3 s to 2 s"),
        (&["--start", "20"][..], "the span from 20 s on holds no frame"),
        (&["--start", "nan"], "no frame"),
        (&["--end", "-1"], "no frame"),
        (&["--fps", "1001"], "1001 frames per second is out of range"),
        (&["--unit", "-1"], "a unit of -1 m"),
    ] {
        let words = [&["convert", scene, "-o", "two.glb"], more].concat();
        assert_refused(&workplace.ropar(&words), 3, expected);
    }
    assert_refused(&workplace.ropar(&["inspect", "missing.glb"]), 3, "missing.glb");
    workplace.assert_no_output();

    let output = workplace.ropar(&["convert", scene, "-o", "two.glb", "--json"]);
    assert!(output.status.success() && output.stderr.is_empty());
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(object["files"][0]["path"], "two.glb");
    assert!(object["warnings"][0].as_str().expect("text").contains("BVH has no unit"), "{object}");
    let output = workplace.ropar(&["inspect", "two.glb", "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((object["nodes"].as_u64(), object["joints"].as_u64()), (Some(3), Some(2)));
    let take = json!({ "name": "motion", "frames": 2, "fps": 25.0, "seconds": 0.08, "nodes": 2, "licence": null });
    assert_eq!(object["takes"][0], take);

    let into = ["convert", scene, "--into", "two.glb", "-o", "three.glb"];
    let with = |more: &[&str]| workplace.ropar(&[&into[..], more].concat());
    assert_refused(&with(&[]), 2, "has a take `motion` already");
    assert_refused(&with(&["--name", "again", "--unit", "1"]), 2, "the rig is another one");
    assert_refused(&workplace.ropar(&["convert", scene, "--replace", "-o", "three.glb"]), 2, "--into");
    let output = with(&["--name", "again", "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let names: Vec<_> =
        object["files"][0]["takes"].as_array().expect("takes").iter().map(|take| &take["name"]).collect();
    assert_eq!(names, ["motion", "again"], "{object}");
}

/// A clip of two frames on the canonical skeleton.
fn write_person(path: &Path) {
    use ropar_core::{motion::Motion, skeleton::JOINT_COUNT};
    let motion = Motion {
        fps: 30.0,
        root: vec![glam::Vec3::new(0.0, 0.955, 0.0); 2],
        rotations: vec![[glam::Quat::IDENTITY; JOINT_COUNT]; 2],
    };
    ropar_exporters::write_clip(path, &ropar_exporters::Clip::new(motion, serde_json::Map::new()), None)
        .expect("write");
}

#[test]
fn rigs() {
    let workplace = Workplace::new();
    let person = workplace.path("person.bvh");
    write_person(&person);
    let person = person.to_str().expect("UTF-8");
    let scene = workplace.path("stick.bvh");
    let joint = "HIERARCHY\nROOT Base\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\nEnd Site\n{\nOFFSET 0 90 0\n}\n}\n";
    fs::write(&scene, format!("{joint}MOTION\nFrames: 1\nFrame Time: 0.04\n0 0 0\n")).expect("write");
    let scene = scene.to_str().expect("UTF-8");
    let wrong = workplace.path("wrong.json");
    fs::write(&wrong, r#"{ "joints": { "left_wrist": "left_wirst" } }"#).expect("write");
    let wrong = wrong.to_str().expect("UTF-8");

    assert_refused(&workplace.ropar(&["map", "missing.glb"]), 3, "missing.glb");
    assert_refused(&workplace.ropar(&["map", scene, "-o", "map.json"]), 3, "no human body was found");
    assert_refused(&workplace.ropar(&["map", person, "--character", "2"]), 3, "no character 2");
    assert_refused(&workplace.ropar(&["map", person, "--map", "missing.json"]), 3, "missing.json");
    assert_refused(&workplace.ropar(&["map", person, "--map", wrong]), 3, "similar: `left_wrist`");
    assert_refused(&workplace.ropar(&["map", person, "-o", "no/folder/map.json"]), 6, "no/folder");
    let binary = workplace.path("binary.json");
    fs::write(&binary, b"\x89PNG\xff").expect("write");
    let binary = binary.to_str().expect("UTF-8");
    let onto = ["retarget", person, "--target", person, "-o", "out.bvh"];
    let batch = ["batch", "--glob", person, "--target", person, "--out", "out"];
    for words in [
        vec!["map", person, "--map", binary],
        [&onto[..], &["--source-map", binary]].concat(),
        [&batch[..], &["--map", binary]].concat(),
        [&batch[..], &["--prompts", binary]].concat(),
        vec!["batch", binary],
    ] {
        assert_refused(&workplace.ropar(&words), 3, "binary.json` is no text in UTF-8");
    }
    workplace.assert_no_output();

    let output = workplace.ropar(&["map", person, "-o", "map.json", "--json"]);
    assert!(output.status.success() && output.stderr.is_empty());
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(object["family"], "ropar");
    assert_eq!(object["joints"]["left_wrist"]["node"], "left_wrist");
    // What was written is read again, with an entry changed.
    let written = workplace.outputs().join("map.json");
    let mut mapping: Value = serde_json::from_slice(&fs::read(&written).expect("read")).expect("JSON");
    mapping["joints"]["right_foot"] = Value::Null;
    fs::write(&written, mapping.to_string()).expect("write");
    let output = workplace.ropar(&["map", person, "--map", "map.json", "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((object["family"].as_str(), &object["joints"]["right_foot"]), (Some("file"), &Value::Null));
    assert_eq!(object["joints"]["left_foot"]["confidence"], 1.0);
}

#[test]
fn a_mapping_replaces_no_character() {
    let workplace = Workplace::new();
    let person = workplace.path("person.bvh");
    write_person(&person);
    let before = fs::read(&person).expect("read");
    let name = person.to_str().expect("UTF-8");
    assert_refused(&workplace.ropar(&["map", name, "-o", name]), 2, "a mapping is JSON");
    // Also where no file is there yet, and where another name leads to the input.
    assert_refused(&workplace.ropar(&["map", name, "-o", "other.FBX"]), 2, "a mapping is JSON");
    workplace.assert_no_output();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&person, workplace.path("person.json")).expect("link");
        assert_refused(&workplace.ropar(&["map", name, "-o", "../person.json"]), 2, "a mapping is JSON");
    }
    assert!(fs::read(&person).expect("read") == before, "the character was changed");
}

/// One line and the next step, for people and for scripts, whatever is wrong with the words.
#[test]
fn the_command_line_itself() {
    let workplace = Workplace::new();
    let generate = "`ropar generate --help`";
    for (words, expected, next) in [
        (vec!["generate", "a man walks"], "not provided: --output <FILE>", generate),
        (vec!["retarget", "a.bvh"], "--target <RIG>, --output <FILE>", "`ropar retarget --help`"),
        (vec!["setup", "runtime", "--whel", "a"], "'--whel'", "did you mean `--wheel`? `ropar setup runtime --help`"),
        (vec!["inspct", "a.glb"], "'inspct'", "did you mean `inspect`? `ropar --help`"),
        (vec!["generate", "--secnds", "3", "a man walks", "-o", "a.glb"], "'--secnds'", "did you mean `--seconds`?"),
        // A typing error is no prompt, and neither is an option.
        (vec!["generate", "--plantfeet", "-o", "a.glb"], "'--plantfeet'", generate),
        (
            vec!["edit", "a.glb", "--redo", "x", "--prompt", "--in-step", "-o", "b.glb"],
            "'--prompt <PROMPT>'",
            "`ropar edit",
        ),
        (
            vec!["generate", "walk", "-o", "a.glb", "--seed", "-1"],
            "'-1' for '--seed <N>': it takes a whole number",
            generate,
        ),
        (vec!["generate", "walk", "-o", "a.glb", "--seed", "1.5"], "it takes a whole number of 0 or more", generate),
        (
            vec!["generate", "walk", "-o", "a.glb", "--seed", "18446744073709551616"],
            "the number is too large",
            generate,
        ),
        (
            vec!["generate", "walk", "-o", "a.glb", "--fps", "fast"],
            "'fast' for '--fps <F>': it takes a number",
            generate,
        ),
        (vec!["generate", "walk", "-o", "a.glb", "--samples", "-1"], "-1 is not in 1..=1000", generate),
        (
            vec!["generate", "walk", "-o", "a.glb", "--joint-names", "smlp"],
            "[possible values: smpl, humanik]",
            "`smpl`",
        ),
        (vec!["batch", "job.toml", "--fps", "30"], "cannot be used with", "`ropar batch --help`"),
    ] {
        let output = workplace.ropar(&words);
        assert_refused(&output, 2, expected);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(next), "{words:?}: {stderr}");
        let output = workplace.ropar(&[&words[..], &["--json"]].concat());
        let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        let said = ["message", "next_step"].map(|name| object["error"][name].as_str().expect("text"));
        assert!(said[0].contains(expected) && said[1].contains(next), "{words:?}: {object}");
    }
    workplace.assert_no_output();
    // After `--` anything is a prompt; next in line is the package.
    assert_refused(&workplace.ropar(&["generate", "-o", "a.glb", "--package", "no", "--", "--walk"]), 4, "package");
    let help = workplace.ropar(&[]);
    assert!(help.status.code() == Some(2) && String::from_utf8_lossy(&help.stderr).contains("Usage: ropar"));
}

/// A name may be any bytes on Linux; JSON and patterns know Unicode only.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_unicode_stop_nothing() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let workplace = Workplace::new();
    let named = |name: &[u8]| workplace.path("outputs").join(OsStr::from_bytes(name));
    let ropar = |words: &[&OsStr]| {
        let output = workplace.command().args(words).output().expect("starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && output.stderr.is_empty(), "{words:?}: {output:?}");
        serde_json::from_str::<Value>(&said).expect("one JSON object")
    };
    let word = OsStr::new;
    let (person, copy) = (named(b"p\xff.bvh"), named(b"c\xff.bvh"));
    write_person(&person);
    let answer = ropar(&[word("convert"), person.as_ref(), word("-o"), copy.as_ref(), word("--json")]);
    assert!(answer["files"][0]["path"].as_str().expect("text").ends_with("c\u{fffd}.bvh"), "{answer}");
    ropar(&[word("map"), person.as_ref(), word("-o"), named(b"m\xff.json").as_ref(), word("--json")]);
    let out = named(b"r\xff.bvh");
    let words = [word("retarget"), person.as_ref(), word("--target"), copy.as_ref(), word("-o"), out.as_ref()];
    ropar(&[&words[..], &[word("--json")]].concat());

    // A batch says how many clips it has not seen, wherever they lie.
    fs::create_dir(named(b"d\xff")).expect("folder");
    fs::copy(&person, named(b"d\xff").join("deep.bvh")).expect("copied");
    fs::copy(&person, named(b"plain.bvh")).expect("copied");
    for (pattern, passed_over) in [("*.bvh", "3 clips"), ("**/*.bvh", "4 clips"), ("c*.bvh", "1 clips")] {
        let more = ["--glob", "plain.bvh", "--glob", pattern, "--target", "plain.bvh", "--out", "out", "--json"];
        let output = workplace.ropar(&[&["batch"], &more[..]].concat());
        let answer: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        let said = if pattern == "c*.bvh" { &answer["error"]["message"] } else { &answer["warnings"] };
        assert!(said.to_string().contains(passed_over), "{pattern}: {answer}");
    }
}

#[test]
fn a_script_gets_the_same_as_one_json_object() {
    let workplace = Workplace::new();
    for (words, code, kind) in [
        (vec!["generate", "", "-o", "walk.glb", "--json"], 3, "input"),
        (vec!["generate", "a man walks", "-o", "walk.xyz", "--json"], 2, "usage"),
        (vec!["generate", "--json"], 2, "usage"),
    ] {
        let package = workplace.package();
        let mut words = words;
        if words.len() > 2 {
            words.extend(["--package", package.to_str().expect("UTF-8")]);
        }
        let output = workplace.ropar(&words);
        assert_eq!(output.status.code(), Some(code));
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        assert_eq!(
            (object["error"]["kind"].as_str(), object["error"]["exit_code"].as_i64()),
            (Some(kind), Some(code.into()))
        );
        assert!(!object["error"]["message"].as_str().expect("text").is_empty());
        assert!(!object["error"]["next_step"].as_str().expect("text").is_empty());
    }
}

#[test]
fn help_and_completions_need_no_package() {
    let workplace = Workplace::new();
    let help = workplace.ropar(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8_lossy(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    for name in ["generate", "edit", "convert", "inspect", "map", "info", "setup", "completions", "130 cancelled"] {
        assert!(text.contains(name), "{name}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = workplace.ropar(&["completions", shell]);
        let text = String::from_utf8_lossy(&script.stdout);
        assert!(script.status.success() && text.contains("redo"), "{shell}");
        if shell == "bash" {
            assert!(text.contains("auto onnxruntime embedded") && text.contains("auto cpu cuda tensorrt"), "{text}");
        }
        let answer = workplace.ropar(&["completions", shell, "--json"]);
        let object: Value = serde_json::from_slice(&answer.stdout).expect("one JSON object");
        assert_eq!((object["shell"].as_str(), object["script"].as_str()), (Some(shell), Some(text.as_ref())));
    }
}

/// A result that nobody gets is no success, unless nobody wants it: a closed pipe.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_told() {
    let workplace = Workplace::new();
    let person = workplace.path("person.bvh");
    write_person(&person);
    for more in [&[][..], &["--json"]] {
        let full = fs::File::create("/dev/full").expect("opens");
        let mut command = workplace.command();
        let output = command.arg("inspect").arg(&person).args(more).stdout(full).output().expect("starts");
        assert_eq!(output.status.code(), Some(6), "{more:?}");
        assert!(more.contains(&"--json") || String::from_utf8_lossy(&output.stderr).contains("stdout"), "{output:?}");
    }
}
