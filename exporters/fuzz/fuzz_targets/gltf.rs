//! A glTF file (GLB or JSON, VRM and VRMA too) is read or refused; what is read is sound, and a take goes into it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ropar_exporters::gltf::{self, InsertOptions, ReadOptions};
use ropar_exporters::scene::{Take, Track};
use ropar_exporters_fuzz::must_be_sound;

fuzz_target!(|bytes: &[u8]| {
    let options = ReadOptions::default();
    let Ok(scene) = gltf::read(bytes, &options) else {
        let _ = gltf::insert(bytes, &still(), &InsertOptions::default());
        return;
    };
    must_be_sound(&scene);
    if scene.nodes.is_empty() {
        return;
    }
    // Whatever could be read can get a take, and is read again with it.
    if let Ok(inserted) = gltf::insert(bytes, &still(), &InsertOptions::default()) {
        let again = gltf::read(&inserted.bytes, &options).expect("a file with a take inserted is read");
        assert_eq!(again.nodes.len(), scene.nodes.len());
        assert!(again.take("still").is_some_and(|take| take.tracks.len() <= 1));
        let twice = gltf::insert(&inserted.bytes, &still(), &InsertOptions::default()).expect("a take is replaced");
        assert!(twice.replaced);
    }
});

fn still() -> Take {
    let rotation = Some(vec![glam::DQuat::IDENTITY; 2]);
    let track = Track { node: 0, translation: None, rotation, scale: None };
    Take { name: "still".to_owned(), fps: 30.0, frames: 2, tracks: vec![track], ..Take::default() }
}
