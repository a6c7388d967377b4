//! What every target asks of a scene that a reader gave.

use ropar_exporters::scene::{Scene, check, global_positions};

/// Panics where a reader gave a scene that the rest of the project would stumble over.
pub fn must_be_sound(scene: &Scene) {
    // A file may be without nodes, which only a writer minds.
    if scene.nodes.is_empty() {
        assert!(scene.takes.iter().all(|take| take.tracks.is_empty()), "tracks without nodes");
        return;
    }
    if let Err(reason) = check(scene) {
        panic!("{reason}");
    }
    // Positions may overflow where every link is finite and huge; what counts is that they can be asked for.
    global_positions(&scene.nodes, None);
    for take in &scene.takes {
        global_positions(&scene.nodes, Some((take, take.frames - 1)));
    }
}
