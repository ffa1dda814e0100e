//! Counts what the detector finds in folders of photos.
//!
//! ```text
//! cargo run -p face-engine --example evaluate -- <models> <folder> [<every nth>]
//! ```
//!
//! For folders of portraits (LFW, FairFace): a photo counts as missed if no face holds its middle.

use std::error::Error;
use std::path::{Path, PathBuf};

use face_engine::Engine;
use picture::Limits;

#[expect(clippy::print_stdout, reason = "a tool that reports")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (models, folder, nth) = match &arguments[..] {
        [models, folder] => (models, folder, 1),
        [models, folder, nth] => (models, folder, nth.parse::<usize>()?.max(1)),
        _ => return Err("usage: evaluate <models> <folder> [<every nth>]".into()),
    };
    let engine = Engine::load(Path::new(models), 1)?;
    let limits = Limits {
        min_side_px: 1,
        ..Limits::UPLOAD
    };
    let mut files = Vec::new();
    collect(Path::new(folder), &mut files)?;
    files.sort();
    let (mut photos, mut faces, mut missed) = (0, 0, Vec::new());
    for file in files.iter().step_by(nth) {
        let Ok(photo) = picture::decode(&std::fs::read(file)?, &limits) else {
            println!("not a picture: {}", file.display());
            continue;
        };
        let found = engine.locate(&photo)?;
        let (x, y) = (photo.width as f32 / 2.0, photo.height as f32 / 2.0);
        let holds_middle = found
            .iter()
            .any(|(at, _)| (at.left..at.right()).contains(&x) && (at.top..at.bottom()).contains(&y));
        photos += 1;
        faces += found.len();
        if !holds_middle {
            missed.push(file);
        }
    }
    println!(
        "{photos} photos, {faces} faces, {} without a face in the middle",
        missed.len()
    );
    for file in missed {
        println!("missed: {}", file.display());
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
