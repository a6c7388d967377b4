//! A take goes into an FBX file or is refused; a file that got one is read again with it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ropar_exporters::fbx::{self, ExistingTakes, InsertOptions};
use ropar_exporters::scene::{Take, Track};

fuzz_target!(|bytes: &[u8]| {
    let rotation = Some(vec![glam::DQuat::from_rotation_x(0.5), glam::DQuat::from_rotation_y(0.5)]);
    let track = Track { node: 0, translation: None, rotation, scale: None };
    let take = Take { name: "turn".to_owned(), fps: 30.0, frames: 2, tracks: vec![track], ..Take::default() };
    // The last byte chooses what happens to the takes that are there; it means nothing to the format.
    let existing =
        if bytes.last().is_some_and(|byte| byte % 2 == 0) { ExistingTakes::Keep } else { ExistingTakes::Remove };
    let options = InsertOptions { existing, ..InsertOptions::default() };
    if let Ok(inserted) = fbx::insert(bytes, &take, &options)
        // What cannot be read without the take cannot be read with it.
        && fbx::read(bytes).is_ok()
    {
        fbx::read(&inserted).expect("a file with a take inserted is read");
    }
});
