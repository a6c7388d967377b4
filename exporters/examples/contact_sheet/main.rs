//! Draws GLB clips as rows of pictures, so that a motion can be judged by eye without opening a 3D program.
//!
//! `cargo run --release -p ropar-exporters --example contact_sheet -- CLIP.glb... SHEET.png`
//!
//! Options: `--frames N` (8), `--columns N` (as many as frames), `--width PX` of a picture (240), `--from S`, `--to S`,
//! `--caption TEXT` (the prompt in the file), `--view DEGREES` (35; 0 is from the front, 90 from the character's left).
//!
//! The camera follows the character and keeps its direction, the floor grid has 0.5 m squares, and the line on the floor
//! is the path of the pelvis so far. Left limbs are blue, right limbs orange.

mod camera;
mod canvas;
mod clip;
mod lighting;
mod picture;
mod raster;

use std::error::Error;
use std::path::{Path, PathBuf};

use canvas::Canvas;
use clip::AnimatedMesh;
use glam::Vec3;

struct Arguments {
    inputs: Vec<PathBuf>,
    output: PathBuf,
    frames: usize,
    columns: usize,
    width: usize,
    from: f32,
    to: f32,
    caption: Option<String>,
    view: f32,
}

const USAGE: &str = "usage: contact_sheet CLIP.glb... SHEET.png [--frames N] [--columns N] [--width PX] [--from S] [--to S] \
                     [--caption TEXT] [--view DEGREES]";

impl Arguments {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let mut files = Vec::new();
        let mut parsed = Arguments {
            inputs: Vec::new(),
            output: PathBuf::new(),
            frames: 8,
            columns: 0,
            width: 240,
            from: 0.0,
            to: f32::INFINITY,
            caption: None,
            view: 35.0,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            if !argument.starts_with("--") {
                files.push(PathBuf::from(argument));
                continue;
            }
            let value = arguments.next().ok_or(USAGE)?;
            match argument.as_str() {
                "--frames" => parsed.frames = value.parse::<usize>()?.clamp(1, 200),
                "--columns" => parsed.columns = value.parse()?,
                "--width" => parsed.width = value.parse::<usize>()?.clamp(40, 2000),
                "--from" => parsed.from = value.parse()?,
                "--to" => parsed.to = value.parse()?,
                "--caption" => parsed.caption = Some(value),
                "--view" => parsed.view = value.parse()?,
                _ => return Err(USAGE.into()),
            }
        }
        let output = files.pop().ok_or(USAGE)?;
        if files.is_empty() {
            return Err(USAGE.into());
        }
        if parsed.columns == 0 {
            parsed.columns = parsed.frames;
        }
        Ok(Arguments { inputs: files, output, ..parsed })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse()?;
    let bands = arguments.inputs.iter().map(|input| band(input, &arguments)).collect::<Result<Vec<_>, _>>()?;
    let (width, height) =
        bands.iter().fold((0, 0), |(width, height), band| (width.max(band.width()), height + band.height()));
    let mut sheet = Canvas::new(width, height, picture::PAPER);
    let mut top = 0;
    for band in &bands {
        sheet.paste(band, 0, top);
        top += band.height();
    }
    sheet.save(&arguments.output)?;
    println!("{}: {} clips, {} pictures each", arguments.output.display(), bands.len(), arguments.frames);
    Ok(())
}

/// The pictures of one clip under its caption.
fn band(input: &Path, arguments: &Arguments) -> Result<Canvas, Box<dyn Error>> {
    let mesh = AnimatedMesh::from_glb(&std::fs::read(input)?)?;
    let end = arguments.to.min(mesh.duration());
    let times: Vec<f32> = (0..arguments.frames)
        .map(|i| {
            let share = i as f32 / (arguments.frames.max(2) - 1) as f32;
            arguments.from + share * (end - arguments.from).max(0.0)
        })
        .collect();
    let poses: Vec<clip::Pose> = times.iter().map(|time| mesh.pose(*time)).collect();
    let path: Vec<Vec3> = (0..mesh.frames()).map(|frame| mesh.root(frame)).collect();

    let margin = arguments.width / 20;
    let text = arguments.width as f32 / 240.0;
    let caption = arguments.caption.as_ref().or(mesh.prompt.as_ref()).cloned().unwrap_or_default();
    let columns = arguments.columns.min(arguments.frames);
    let rows = arguments.frames.div_ceil(columns);
    let height = arguments.width * 4 / 3;
    let top = (46.0 * text) as usize;
    let mut band =
        Canvas::new(columns * (arguments.width + margin) + margin, top + rows * (height + margin), picture::PAPER);
    let camera = camera::Camera::fitting(&poses, mesh.heading(), arguments.view.to_radians(), 0.75);
    for (index, (pose, time)) in poses.iter().zip(&times).enumerate() {
        let left = margin + (index % columns) * (arguments.width + margin);
        let upper = top + (index / columns) * (height + margin);
        let walked = &path[..=mesh.frame_at(*time)];
        let picture = picture::draw(&mesh, pose, walked, &camera, arguments.width, height);
        band.paste(&picture, left, upper);
        let (x, y) = (left as f32 + 8.0 * text, (upper + height) as f32 - 9.0 * text);
        band.text(&format!("{time:.1} s"), x, y, 12.0 * text, picture::FAINT_INK);
    }
    band.text_fitting(&caption, margin as f32, 30.0 * text, 20.0 * text, picture::INK);
    Ok(band)
}
