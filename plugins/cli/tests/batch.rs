//! Batches through the command line: the same result however it is cut, stopped and gone on with, and no file lost.

mod common;

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant, SystemTime},
};

use common::Workplace;
use serde_json::{Value, json};

const TARGETS: [&str; 4] = ["--target", "rigs/mixamo.glb", "--target", "rigs/ue4_mannequin.glb"];

fn with<'a>(words: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    words.iter().chain(more).copied().collect()
}

fn workplace(clips: usize, frames: usize) -> Workplace {
    let workplace = Workplace::new(&["mixamo", "ue4_mannequin"]);
    for clip in 0..clips {
        workplace.clip(&format!("swing_{clip:02}.bvh"), frames, 0.3 + 0.1 * (clip % 5) as f32);
    }
    workplace
}

/// The JSON chunk of a GLB file: the glTF specification, 4.4.
fn glb_json(bytes: &[u8]) -> Value {
    let length = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes")) as usize;
    serde_json::from_slice(&bytes[20..20 + length]).expect("JSON")
}

/// How many frames the first animation has.
fn frames(glb: &Value) -> u64 {
    let input = glb["animations"][0]["samplers"][0]["input"].as_u64().expect("index") as usize;
    glb["accessors"][input]["count"].as_u64().expect("count")
}

fn batch<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    with(&with(&["--glob", "clips/**/*.*", "--out", out], &TARGETS), more)
}

#[test]
fn every_clip_is_on_every_target_and_said_so() {
    let workplace = workplace(2, 40);
    workplace.clip("deep/er/wave.glb", 31, 0.5);
    let (code, answer) = workplace.run(&batch("out", &[]));
    assert_eq!((code, &answer["made"], &answer["kept"]), (0, &json!(6), &json!(0)), "{answer}");
    let counts = &answer["summary"];
    let judged = ["good", "look_at_it", "failed"].map(|name| counts[name].as_u64().expect("count"));
    assert_eq!((judged.iter().sum::<u64>(), &counts["errors"], &counts["files"]), (6, &json!(0), &json!(6)));

    let files = workplace.files("out");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let wanted = [
        "index.html",
        "mixamo/deep/er/wave.glb",
        "mixamo/swing_00.glb",
        "mixamo/swing_01.glb",
        "results.csv",
        "results.json",
        "ue4_mannequin/deep/er/wave.glb",
        "ue4_mannequin/swing_00.glb",
        "ue4_mannequin/swing_01.glb",
    ];
    assert_eq!(names, wanted);
    // By the file's own JSON: the animation, its name, its length, and the rig's nodes.
    let glb = glb_json(&files["mixamo/deep/er/wave.glb"]);
    assert_eq!(glb["animations"][0]["name"], "wave");
    assert_eq!(frames(&glb), 31);
    assert_eq!(glb["nodes"], glb_json(&fs::read(workplace.path("rigs/mixamo.glb")).expect("rig"))["nodes"]);

    let results: Value = serde_json::from_slice(&files["results.json"]).expect("JSON");
    assert_eq!(results["files"].as_array().expect("list").len(), 6);
    let table = String::from_utf8(files["results.csv"].clone()).expect("text");
    assert_eq!(table.lines().count(), 7);
    let columns = table.lines().next().expect("header").split(',').count();
    // No field of these has a comma but the quoted reason.
    assert!(table.lines().all(|line| line.split(',').count() >= columns), "{table}");
    let hash = |bytes: &[u8]| -> String {
        use sha2::Digest as _;
        sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    for file in results["files"].as_array().expect("list") {
        let bytes = &files[file["file"].as_str().expect("name")];
        assert_eq!(file["sha256"], hash(bytes), "{file}");
    }
}

#[test]
fn the_number_of_jobs_changes_nothing() {
    let workplace = workplace(7, 60);
    fs::write(workplace.path("clips/broken.bvh"), "no clip").expect("write");
    assert_eq!(workplace.run(&batch("one", &["--jobs", "1"])).0, 7);
    assert_eq!(workplace.run(&batch("four", &["--jobs", "4"])).0, 7);
    let (one, four) = (workplace.files("one"), workplace.files("four"));
    assert_eq!(one.len(), 7 * 2 + 3);
    assert!(one == four, "one job and four jobs differ");
}

#[test]
fn shares_together_are_the_whole() {
    let workplace = workplace(7, 60);
    fs::write(workplace.path("clips/swing_03x.bvh"), "no clip").expect("write");
    assert_eq!(workplace.run(&batch("whole", &[])).0, 7);
    let mut made = 0;
    for share in ["3/3", "1/3", "2/3"] {
        let (code, answer) = workplace.run(&batch("shares", &["--shard", share]));
        made += answer["made"].as_u64().expect("count");
        let failed = answer["summary"]["errors"].as_u64().expect("count");
        assert_eq!(code, if failed > 0 { 7 } else { 0 }, "{share}: {answer}");
    }
    assert_eq!(made, 14);
    assert!(!workplace.path("shares/index.html").exists());
    let (code, answer) = workplace.run(&batch("shares", &["--report-only"]));
    assert_eq!((code, &answer["made"], &answer["kept"]), (7, &json!(0), &json!(14)), "{answer}");
    assert!(workplace.files("whole") == workplace.files("shares"), "the shares are not the whole");
}

#[test]
fn a_bad_file_stops_no_other() {
    let workplace = workplace(3, 40);
    fs::write(workplace.path("clips/swing_01a.bvh"), "HIERARCHY\nROOT").expect("write");
    fs::write(workplace.path("clips/swing_01b.glb"), [0; 100]).expect("write");
    fs::write(workplace.path("clips/notes.txt"), "read me").expect("write");
    let (code, answer) = workplace.run(&batch("out", &[]));
    assert_eq!((code, &answer["made"], &answer["summary"]["errors"]), (7, &json!(6), &json!(4)), "{answer}");
    assert!(answer["warnings"].to_string().contains("1 files"), "{answer}");
    let error = &answer["errors"]["mixamo/swing_01a.glb"];
    assert!(error["message"].as_str().is_some_and(|text| text.contains("swing_01a.bvh")), "{error}");
    assert!(!error["next_step"].as_str().expect("text").is_empty());

    // A repaired file is made, the others are kept, and what still fails is tried again.
    workplace.clip("swing_01a.bvh", 40, 0.5);
    let (code, answer) = workplace.run(&batch("out", &[]));
    let seen = (code, &answer["made"], &answer["kept"], &answer["summary"]["errors"]);
    assert_eq!(seen, (7, &json!(2), &json!(6), &json!(2)), "{answer}");
}

#[test]
fn what_changed_is_made_again_and_nothing_else() {
    let workplace = workplace(3, 40);
    assert_eq!(workplace.run(&batch("out", &[])).1["made"], 6);
    assert_eq!(workplace.run(&batch("out", &[])).1["made"], 0);
    workplace.clip("swing_01.bvh", 50, 0.9);
    let (_, answer) = workplace.run(&batch("out", &[]));
    assert_eq!((&answer["made"], &answer["kept"]), (&json!(2), &json!(4)), "a changed clip");
    assert_eq!(workplace.run(&batch("out", &["--in-place"])).1["made"], 6, "another option");
    fs::remove_file(workplace.path("out/mixamo/swing_00.glb")).expect("removed");
    let (_, answer) = workplace.run(&batch("out", &["--in-place"]));
    assert_eq!((&answer["made"], &answer["kept"]), (&json!(1), &json!(5)), "a removed file");
}

#[test]
fn what_was_changed_by_hand_is_not_replaced() {
    let workplace = workplace(1, 40);
    assert_eq!(workplace.run(&batch("out", &[])).1["made"], 2);
    // Of equal size, so that only the content tells.
    let path = workplace.path("out/mixamo/swing_00.glb");
    let mut edited = fs::read(&path).expect("read");
    *edited.last_mut().expect("bytes") ^= 1;
    fs::write(&path, &edited).expect("written");
    let (code, answer) = workplace.run(&batch("out", &["--in-place"]));
    assert_eq!((code, &answer["made"], &answer["summary"]["errors"]), (7, &json!(1), &json!(1)), "{answer}");
    let error = &answer["errors"]["mixamo/swing_00.glb"];
    assert!(error["message"].as_str().is_some_and(|text| text.contains("was changed since")), "{error}");
    assert!(fs::read(&path).expect("read") == edited, "the edit is lost");
    let (code, answer) = workplace.run(&batch("out", &["--in-place", "--overwrite"]));
    assert_eq!((code, &answer["made"], &answer["kept"]), (0, &json!(1), &json!(1)), "{answer}");
}

#[test]
fn a_killed_run_goes_on_with_nothing_lost_and_nothing_done_twice() {
    let workplace = workplace(24, 2400);
    let mut child = workplace
        .command(&batch("out", &["--jobs", "2"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let patience = Instant::now();
    let made = || workplace.files("out").keys().filter(|name| name.ends_with(".glb")).count();
    while made() < 3 && patience.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let before = workplace.files("out");
    let whole: Vec<&String> = before.keys().filter(|name| name.ends_with(".glb")).collect();
    assert!(whole.len() >= 3, "nothing is made");
    assert!(whole.len() < 48, "the run was over before it was killed: make the clips longer");
    let times = |names: &[&String]| -> Vec<SystemTime> {
        let time = |name: &&String| fs::metadata(workplace.path("out").join(name)).and_then(|data| data.modified());
        names.iter().map(time).collect::<Result<_, _>>().expect("times")
    };
    let first_times = times(&whole);

    let (code, answer) = workplace.run(&batch("out", &["--jobs", "2"]));
    assert_eq!((code, answer["kept"].as_u64()), (0, Some(whole.len() as u64)), "{answer}");
    assert_eq!(answer["made"].as_u64(), Some(48 - whole.len() as u64));
    assert_eq!(times(&whole), first_times, "a finished file was written again");
    assert_eq!(workplace.run(&batch("undisturbed", &[])).0, 0);
    assert!(workplace.files("out") == workplace.files("undisturbed"), "the killed run left something else");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_and_the_same_command_goes_on() {
    let workplace = workplace(24, 2400);
    let child = workplace.command(&batch("out", &["--jobs", "2"])).stdout(Stdio::piped()).spawn().expect("starts");
    let patience = Instant::now();
    while !workplace.files("out").keys().any(|name| name.ends_with(".glb")) {
        assert!(patience.elapsed() < Duration::from_secs(300), "nothing is made");
        std::thread::sleep(Duration::from_millis(1));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(kill.success());
    let output = child.wait_with_output().expect("ended");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(130), "{answer}");
    let (made, open) =
        (answer["made"].as_u64().expect("count"), answer["summary"]["not_made"].as_u64().expect("count"));
    assert_eq!(made + open, 48, "{answer}");
    assert!(open > 0, "the run was over before it was stopped: make the clips longer");
    let (code, answer) = workplace.run(&batch("out", &[]));
    assert_eq!((code, answer["kept"].as_u64(), answer["made"].as_u64()), (0, Some(made), Some(open)), "{answer}");
}

#[test]
fn the_contact_sheet_is_well_formed_and_has_the_worst_first() {
    let workplace = workplace(2, 40);
    workplace.clip("a & b <c>.bvh", 40, 0.4);
    fs::write(workplace.path("clips/zebra.bvh"), "no \u{1} clip").expect("write");
    workplace.run(&batch("out", &[]));
    let page = String::from_utf8(workplace.files("out")["index.html"].clone()).expect("text");
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&page, options).expect("well-formed");
    let named = |name: &'static str| {
        document.descendants().filter(move |node| node.has_tag_name(("http://www.w3.org/1999/xhtml", name)))
    };
    let classes: Vec<&str> = named("article").map(|node| node.attribute("class").expect("class")).collect();
    assert_eq!(classes.len(), 8);
    assert_eq!(classes[..2], ["error"; 2]);
    assert!(!classes[2..].contains(&"error"));
    let texts: Vec<String> =
        named("h2").map(|node| node.descendants().filter_map(|node| node.text()).collect()).collect();
    assert!(texts.iter().any(|text| text.contains("a & b <c>.glb")), "{texts:?}");
    // Six poses of source and of result, each with trunk, left and right.
    let drawn = named("svg").map(|svg| svg.children().filter(|path| path.attribute("class") != Some("floor")).count());
    assert_eq!(drawn.collect::<Vec<_>>(), [36; 6]);
    for link in named("a").filter_map(|link| link.attribute("href")) {
        let path = link.replace("%20", " ").replace("%26", "&").replace("%3C", "<").replace("%3E", ">");
        assert!(workplace.path("out").join(&path).is_file(), "{link}");
    }
    for outside in ["src=", "http://", "https://", "@import", "url("] {
        let allowed = page.matches("http://www.w3.org/1999/xhtml").count();
        let found = page.matches(outside).count() - if outside == "http://" { allowed } else { 0 };
        assert_eq!(found, 0, "the page needs something beside itself: {outside}");
    }
}

#[test]
fn what_would_be_written_twice_is_refused_before_anything_is_made() {
    let workplace = workplace(1, 40);
    workplace.clip("Swing_00.glb", 40, 0.5);
    let (code, answer) = workplace.run(&batch("out", &[]));
    assert_eq!(code, 3, "{answer}");
    let message = answer["error"]["message"].as_str().expect("message");
    assert!(message.contains("Swing_00.glb") && message.contains("swing_00.bvh"), "{message}");
    fs::remove_file(workplace.path("clips/Swing_00.glb")).expect("removed");

    fs::create_dir(workplace.path("other")).expect("folder");
    fs::copy(workplace.path("rigs/mixamo.glb"), workplace.path("other/mixamo.glb")).expect("copied");
    let (code, answer) = workplace.run(&batch("out", &["--target", "other/mixamo.glb"]));
    assert_eq!(code, 3, "{answer}");
    assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("both named `mixamo`")), "{answer}");
    assert!(!workplace.path("out").exists());

    // A file of somebody else's is not replaced, unless that is wanted.
    fs::create_dir_all(workplace.path("out/mixamo")).expect("folder");
    fs::write(workplace.path("out/mixamo/swing_00.glb"), "mine").expect("write");
    let (code, answer) = workplace.run(&batch("out", &[]));
    assert_eq!(code, 6, "{answer}");
    assert_eq!(fs::read(workplace.path("out/mixamo/swing_00.glb")).expect("read"), b"mine");
    assert_eq!(workplace.run(&batch("out", &["--overwrite"])).1["made"], 2);
}

#[test]
fn a_job_file_says_the_same_as_options() {
    let workplace = workplace(2, 40);
    fs::create_dir(workplace.path("jobs")).expect("folder");
    let job = "out = '../from_file'\nclips = ['../clips/*.bvh']\nfps = 24\n[retarget]\ncontacts = false\n\
               [[target]]\nfile = '../rigs/mixamo.glb'\n[[target]]\nfile = '../rigs/ue4_mannequin.glb'\n";
    fs::write(workplace.path("jobs/job.toml"), job).expect("write");
    let (code, answer) = workplace.run(&["jobs/job.toml"]);
    assert_eq!((code, &answer["made"]), (0, &json!(4)), "{answer}");
    workplace.run(&batch("from_options", &["--fps", "24", "--no-contacts"]));
    let results = |folder: &str| -> Vec<(String, Vec<u8>)> {
        workplace.files(folder).into_iter().filter(|(name, _)| name.ends_with(".glb")).collect()
    };
    assert!(results("from_file") == results("from_options"));

    for (text, words) in [
        ("clip = ['a.bvh']", "unknown field `clip`"),
        ("out = 'x'\nclips = ['*.bvh']", "no target"),
        ("out = 'x'\n[[target]]\nfile = 'a.glb'", "neither clips nor prompts"),
        ("out = 'x'\nclips = ['nothing*.bvh']\n[[target]]\nfile = '../rigs/mixamo.glb'", "names no clip"),
        ("out = 'x'\nclips = ['../clips/*.bvh']\n[[target]]\nfile = 'gone.glb'", "gone.glb"),
    ] {
        fs::write(workplace.path("jobs/job.toml"), text).expect("write");
        let (code, answer) = workplace.run(&["jobs/job.toml"]);
        assert!((2..=3).contains(&code), "{text}: {code}");
        let message = answer["error"]["message"].as_str().expect("message");
        assert!(message.contains(words), "{text}: {message}");
        assert!(!workplace.path("jobs/x").exists(), "{text}");
    }
}

#[test]
fn prompts_that_the_model_cannot_read_are_refused_before_anything_is_made() {
    let workplace = workplace(0, 0);
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/pretrained/ropar-base");
    let model = ["--out", "out", "--prompts", "prompts.txt", "--package", package, "--backend", "embedded"];
    // Below the package's limit of characters, above that of tokens.
    let long = format!("a person walks\n{}\n", "walks, ".repeat(60));
    for (prompts, more, expected) in [
        (long.as_str(), &[][..], "text tokens"),
        ("a person walks\n", &["--guidance", "99"], "a guidance scale of 99 is out of range"),
        ("a person walks\n", &["--guidance", "nan"], "out of range"),
    ] {
        fs::write(workplace.path("prompts.txt"), prompts).expect("write");
        let (code, answer) = workplace.run(&[&model[..], &TARGETS, more].concat());
        let message = answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert!(code == 3 && message.contains(expected), "{answer}");
        assert!(!workplace.path("out").exists());
    }
}

#[test]
fn why_files_could_not_be_made_is_told_with_the_next_step() {
    let workplace = workplace(5, 2);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ropar"));
    let words = [&["batch", "--glob", "clips/*.bvh", "--out", "out", "--take", "Nope"], &TARGETS[..]].concat();
    let output = command.args(words).current_dir(workplace.folder.path()).output().expect("starts");
    assert_eq!(output.status.code(), Some(7));
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().filter(|line| !line.starts_with("warning")).collect();
    // Three of the five clips, each once for both targets.
    assert_eq!(lines.len(), 6, "{stderr}");
    for (number, pair) in lines.chunks(2).enumerate() {
        assert!(
            pair[0].starts_with("error: ") && pair[0].contains(&format!("swing_{number:02}.bvh` has no take")),
            "{stderr}"
        );
        assert!(pair[1].starts_with(" next: ") && pair[1].contains("ropar inspect"), "{stderr}");
    }
}

#[test]
fn prompts_become_motions_on_every_rig() {
    let workplace = workplace(0, 0);
    fs::write(workplace.path("prompts.txt"), "# comment\na person waves\n\nA man bows!\n").expect("write");
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/pretrained/ropar-base");
    let model = [
        "--prompts",
        "prompts.txt",
        "--seconds",
        "0.8",
        "--samples",
        "2",
        "--package",
        package,
        "--backend",
        "embedded",
    ];
    let words = with(&with(&["--out", "out"], &TARGETS), &model);
    let (code, answer) = workplace.run(&words);
    assert_eq!((code, &answer["made"]), (0, &json!(8)), "{answer}");
    let files = workplace.files("out");
    for name in ["a_person_waves_1", "a_person_waves_2", "a_man_bows_1", "a_man_bows_2"] {
        // 0.8 s at 30 frames a second.
        assert_eq!(frames(&glb_json(&files[&format!("mixamo/{name}.glb")])), 24);
    }
    assert!(files["mixamo/a_man_bows_1.glb"] != files["mixamo/a_man_bows_2.glb"], "two seeds, one motion");
    let results: Value = serde_json::from_slice(&files["results.json"]).expect("JSON");
    let seeds: Vec<u64> =
        results["files"].as_array().expect("list").iter().filter_map(|file| file["made_of"]["seed"].as_u64()).collect();
    assert_eq!(seeds, [1, 1, 2, 2, 1, 1, 2, 2]);
    let (code, answer) = workplace.run(&words);
    assert_eq!((code, &answer["made"], &answer["kept"]), (0, &json!(0), &json!(8)), "{answer}");
}
