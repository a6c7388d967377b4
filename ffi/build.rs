//! Gives the shared library the name by which programs look for it, where cargo gives none or the path of this build.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => link(&["-install_name", "@rpath/libropar.dylib"]),
        Ok("windows") | Err(_) => {}
        Ok(_) => link(&["-soname", "libropar.so"]),
    }
}

/// Arguments of the linker, which is asked through the C compiler unless rustc was told a linker itself (`apple.py`).
fn link(arguments: &[&str]) {
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    if flags.contains("linker-flavor=ld64.lld") {
        for argument in arguments {
            println!("cargo:rustc-cdylib-link-arg={argument}");
        }
    } else {
        println!("cargo:rustc-cdylib-link-arg=-Wl,{}", arguments.join(","));
    }
}
