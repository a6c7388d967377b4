//! Programs in C and C++, compiled with every warning an error, against the built library.
//!
//! Needs `cc` and `c++` (or `CC` and `CXX`); says so where one is missing.

mod common;

use std::{fs, path::Path};

use common::{Language, expect_success, here, package, run};

/// Compiles `ffi/tests/c/NAME` in every language and runs it, plainly and under AddressSanitizer with leak detection.
fn in_every_language(name: &str, words: &[&str]) {
    let source = here().join("tests/c").join(name);
    for (number, (language, sanitize)) in
        [(Language::C99, false), (Language::C11, true), (Language::Cpp17, false)].into_iter().enumerate()
    {
        if !language.available() {
            continue;
        }
        let folder = tempfile::tempdir().expect("temporary folder");
        let program = folder.path().join(format!("program_{number}"));
        let further: &[&str] =
            if sanitize { &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"] } else { &[] };
        match language.compile(&source, &program, &here().join("include"), further) {
            Err(words) if sanitize && words.contains("cannot find") => {
                println!("SKIPPED: this compiler has no AddressSanitizer");
                continue;
            }
            other => other.unwrap_or_else(|words| panic!("{name}: {words}")),
        }
        expect_success(&run(&program, folder.path(), words), name);
    }
}

#[test]
fn every_function_works_from_c_and_cpp() {
    let package = package();
    in_every_language("every_function.c", &[package.to_str().expect("UTF-8")]);
}

/// Compiles a program for `ropar.hpp` and runs it, plainly and under AddressSanitizer with leak detection.
fn in_cpp(name: &str) {
    if !Language::Cpp17.available() {
        return;
    }
    for further in [&[][..], &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]] {
        let folder = tempfile::tempdir().expect("temporary folder");
        let program = folder.path().join("program");
        let source = here().join("tests/c").join(name);
        match Language::Cpp17.compile(&source, &program, &here().join("include"), further) {
            Err(words) if words.contains("cannot find") => println!("SKIPPED: no AddressSanitizer"),
            other => {
                other.unwrap_or_else(|words| panic!("{name}: {words}"));
                expect_success(&run(&program, folder.path(), &[package().to_str().expect("UTF-8")]), name);
            }
        }
    }
}

#[test]
fn the_cpp_wrapper_owns_and_throws() {
    in_cpp("wrapper.cpp");
}

#[test]
fn cpp_log_functions_live_as_long_as_they_are_called() {
    in_cpp("logging.cpp");
}

/// `ROPAR_TEST_THREADS=64x50` runs the full measure, which takes minutes.
#[test]
fn many_threads_on_one_engine_make_what_one_makes() {
    if !Language::C11.available() {
        return;
    }
    let wanted = std::env::var("ROPAR_TEST_THREADS").unwrap_or_else(|_| "16x4".to_owned());
    let (threads, each) = wanted.split_once('x').expect("THREADSxGENERATIONS");
    let folder = tempfile::tempdir().expect("temporary folder");
    let program = folder.path().join("threads");
    let source = here().join("tests/c/threads.c");
    Language::C11.compile(&source, &program, &here().join("include"), &[]).unwrap_or_else(|words| panic!("{words}"));
    let output = run(&program, folder.path(), &[package().to_str().expect("UTF-8"), threads, each]);
    println!("{}", String::from_utf8_lossy(&output.stdout));
    expect_success(&output, "threads.c");
}

#[test]
fn every_function_is_called_by_the_program_above() {
    let (header, program) = (include_str!("../include/ropar.h"), include_str!("c/every_function.c").to_owned());
    let declared =
        header.split("ROPAR_API ").skip(1).filter_map(|rest| rest.split('(').next()?.rsplit([' ', '*']).next());
    for name in declared.filter(|name| name.starts_with("ropar_")) {
        assert!(program.contains(&format!("{name}(")), "{name} is not called");
    }
}

#[test]
fn a_client_of_the_first_header_runs_with_this_library() {
    let words = [package()];
    let words: Vec<&str> = words.iter().map(|path| path.to_str().expect("UTF-8")).collect();
    for language in [Language::C99, Language::Cpp17] {
        if !language.available() {
            continue;
        }
        let folder = tempfile::tempdir().expect("temporary folder");
        let program = folder.path().join("old_client");
        let include = folder.path().join("include");
        fs::create_dir(&include).expect("folder");
        fs::copy(here().join("tests/data/ropar_v1.h"), include.join("ropar.h")).expect("the kept header");
        let source = here().join("tests/c/old_client.c");
        language.compile(&source, &program, &include, &[]).unwrap_or_else(|words| panic!("{words}"));
        expect_success(&run(&program, folder.path(), &words), "old client");
    }
}

/// The program that the header opens with, as it stands there.
#[test]
fn the_example_of_the_header_runs() {
    for (language, ending) in [(Language::C99, "c"), (Language::Cpp17, "cpp")] {
        if !language.available() {
            continue;
        }
        let folder = tempfile::tempdir().expect("temporary folder");
        let source = folder.path().join(format!("example.{ending}"));
        // The default package of this checkout is found by its place beside the library, wherever cargo builds; here
        // the folder is added first, which a host with a package of its own does as well.
        let text = example().replace(
            "    if (ropar_engine_open",
            &format!("    ropar_add_search_folder(\"{}\", NULL);\n    if (ropar_engine_open", models().display()),
        );
        fs::write(&source, text).expect("write");
        let program = folder.path().join("example");
        language.compile(&source, &program, &here().join("include"), &[]).unwrap_or_else(|words| panic!("{words}"));
        let output = run(&program, folder.path(), &[]);
        expect_success(&output, "example");
        // 2 s at the package's 20 frames a second.
        assert!(String::from_utf8_lossy(&output.stdout).contains("40 frames at 20 a second"));
        assert!(folder.path().join("wave.glb").is_file());
    }
}

fn models() -> std::path::PathBuf {
    package().parent().map(Path::to_path_buf).expect("a folder")
}

/// What stands between `@example` and `@end`.
fn example() -> String {
    let header = include_str!("../include/ropar.h");
    let (_, rest) = header.split_once("@example\n").expect("an example");
    let (text, _) = rest.split_once(" * @end").expect("its end");
    text.lines()
        .map(|line| line.strip_prefix(" *").unwrap_or(line))
        .fold(String::new(), |text, line| text + line.strip_prefix("     ").unwrap_or(line) + "\n")
}

/// The example of the documentation is that of the header.
#[test]
fn the_documentation_shows_the_same_example() {
    let documentation = include_str!("../../docs/c-abi.md");
    assert!(documentation.contains(example().trim()), "docs/c-abi.md shows another program than the header");
}
