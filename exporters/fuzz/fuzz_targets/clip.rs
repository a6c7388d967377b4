//! A file that claims to be a clip of RoPAR's own, GLB or BVH, is read and changed or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ropar_exporters::{bvh, glb};

fuzz_target!(|bytes: &[u8]| {
    if let Ok((motion, extras)) = glb::read(bytes) {
        glb::replace(bytes, &motion, &[0, 5], &extras).expect("what was read can be changed");
    }
    if let Ok(motion) = bvh::read(bytes).and_then(|clip| bvh::to_motion(&clip)) {
        bvh::replace(bytes, &motion, &[0, 5]).expect("what was read can be changed");
    }
});
