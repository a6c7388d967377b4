//! A BVH file is read or refused; what is read is a sound scene, and what is written from it is read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ropar_exporters::bvh;
use ropar_exporters_fuzz::must_be_sound;

fuzz_target!(|bytes: &[u8]| {
    let Ok(clip) = bvh::read(bytes) else { return };
    let _ = bvh::to_motion(&clip);
    let Ok(scene) = bvh::to_scene(&clip, None) else { return };
    must_be_sound(&scene);
    let take = scene.takes.first();
    // Numbers beyond what six decimals hold may be refused, but not written and then refused.
    if let Ok(written) = bvh::write_scene(&scene, take) {
        let again = bvh::read(written.text.as_bytes()).expect("what was written is read");
        assert_eq!(again.frame_count, take.map_or(1, |take| take.frames));
    }
});
