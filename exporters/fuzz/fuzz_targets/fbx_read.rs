//! An FBX file (any version, binary or text, through ufbx) is read or refused; what is read is a sound scene.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ropar_exporters::fbx;
use ropar_exporters_fuzz::must_be_sound;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(scene) = fbx::read(bytes) {
        must_be_sound(&scene);
    }
});
