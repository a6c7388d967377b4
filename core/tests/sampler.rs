//! What hosts see of a sampling run.

mod common;

use std::ops::ControlFlow;

use common::repository;
use ropar_core::{
    engine::{Engine, GenerateRequest},
    grid::CellState,
    package::Package,
    runtime::{BackendChoice, RuntimeOptions},
};

#[test]
fn progress_rises_to_1_however_few_cells_are_made() {
    let package = Package::open(&repository("models/pretrained/ropar-base")).expect("package");
    let options = RuntimeOptions { backend: BackendChoice::Embedded, ..RuntimeOptions::default() };
    let engine = Engine::open(package, &options).expect("engine");
    for cells in [1, 3, 50] {
        let mut clip = engine.masked_clip(40).expect("two seconds");
        let parts = clip.grid.parts();
        for part in 0..parts {
            clip.grid.set_states(part, 0..clip.grid.tokens(), CellState::Noisy);
        }
        for cell in 0..cells {
            clip.grid.set_states(cell % parts, cell / parts..cell / parts + 1, CellState::Masked);
        }
        let mut shares = Vec::new();
        let request = GenerateRequest::new("a person walks forward");
        let made = engine.fill_clip(&mut clip, &request, &mut |share| {
            shares.push(share);
            ControlFlow::Continue(())
        });
        made.expect("made");
        assert!(shares.windows(2).all(|pair| pair[0] < pair[1]), "{cells} cells: {shares:?}");
        assert_eq!(shares.last(), Some(&1.0), "{cells} cells");
    }
}
