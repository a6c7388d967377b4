//! Building and running programs of other languages against the library that cargo has just built.

#![allow(dead_code)] // every test program uses its own part

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The folder of this package.
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped model package.
pub fn package() -> PathBuf {
    here().join("../models/pretrained/ropar-base")
}

/// The shared library, as built for these tests.
pub fn library() -> PathBuf {
    let name = if cfg!(windows) {
        "ropar.dll"
    } else if cfg!(target_os = "macos") {
        "libropar.dylib"
    } else {
        "libropar.so"
    };
    let folder = env::current_exe().expect("known").parent().expect("a folder").to_path_buf();
    let found = [folder.join(name), folder.join("..").join(name)].into_iter().find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no {name} in or above {}", folder.display()))
}

/// A compiler with the flags that every program here must bear.
#[derive(Clone, Copy)]
pub enum Language {
    C99,
    C11,
    Cpp17,
}

impl Language {
    fn compiler(self) -> String {
        match self {
            Self::C99 | Self::C11 => env::var("CC").unwrap_or_else(|_| "cc".to_owned()),
            Self::Cpp17 => env::var("CXX").unwrap_or_else(|_| "c++".to_owned()),
        }
    }

    fn flags(self) -> [&'static str; 3] {
        match self {
            Self::C99 => ["-x", "c", "-std=c99"],
            Self::C11 => ["-x", "c", "-std=c11"],
            Self::Cpp17 => ["-x", "c++", "-std=c++17"],
        }
    }

    /// Whether this machine has the compiler; says so where it has not.
    pub fn available(self) -> bool {
        let compiler = self.compiler();
        let found = Command::new(&compiler).arg("--version").output().is_ok_and(|output| output.status.success());
        if !found {
            println!("SKIPPED: there is no `{compiler}`");
        }
        found
    }

    /// Compiles `source` into `program`; `include` is the folder of the header.
    pub fn compile(self, source: &Path, program: &Path, include: &Path, further: &[&str]) -> Result<(), String> {
        let library = library();
        let folder = library.parent().expect("a folder");
        let output = Command::new(self.compiler())
            .args(self.flags())
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-g", "-O1"])
            .args(further)
            .arg("-I")
            .arg(include)
            .arg(source)
            .args(["-x", "none", "-o"])
            .arg(program)
            .arg("-L")
            .arg(folder)
            .arg("-lropar")
            .arg(format!("-Wl,-rpath,{}", folder.display()))
            .args(["-lm", "-lpthread"])
            .output()
            .map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

/// Runs a program in a folder of its own.
pub fn run(program: &Path, folder: &Path, words: &[&str]) -> Output {
    Command::new(program)
        .args(words)
        .current_dir(folder)
        .env("ASAN_OPTIONS", "detect_leaks=1")
        // cargo's own folders come first in it, with whatever library another build has left there.
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

/// Fails with all that the program said unless it succeeded.
pub fn expect_success(output: &Output, what: &str) {
    let (said, cried) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what}: {}\n{said}\n{cried}", output.status);
    assert!(!cried.contains("panicked"), "{what}: {cried}");
}
