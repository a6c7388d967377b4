//! The ways to get about that core's tests draw, as GLB files: feet that stand do not move at all.
//!
//! Usage: `cargo run --release -p ropar-exporters --example drawn_clips -- DIR [FPS] [SECONDS]`

#[path = "../../core/tests/strolls/mod.rs"]
mod strolls;

use std::error::Error;
use std::path::Path;

use ropar_exporters::{Clip, write_clip};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let folder = words.first().ok_or("usage: drawn_clips DIR [FPS] [SECONDS]")?;
    let fps: f32 = words.get(1).map_or(Ok(30.0), |text| text.parse())?;
    let seconds: f32 = words.get(2).map_or(Ok(3.0), |text| text.parse())?;
    for stroll in strolls::all() {
        let path = Path::new(folder).join(format!("{}.glb", stroll.name.replace(' ', "_")));
        write_clip(&path, &Clip::new(stroll.motion(fps, seconds).0, serde_json::Map::new()), None)?;
    }
    Ok(())
}
