//! `labels.csv`.

use std::error::Error;
use std::path::Path;

/// What people said about one photo; `None` where they did not.
pub(crate) struct Label {
    pub(crate) file: String,
    /// First year and the year after the last.
    pub(crate) age: (f32, f32),
    pub(crate) male: Option<bool>,
    pub(crate) smile: Option<bool>,
    pub(crate) mouth_open: Option<bool>,
    pub(crate) eyes_open: Option<bool>,
}

pub(crate) fn read(path: &Path) -> Result<Vec<Label>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|it| *it == name)
            .ok_or_else(|| format!("{} has no column {name}", path.display()))
    };
    let (file, age, gender) = (column("file")?, column("age")?, column("gender")?);
    let (smile, mouth, eyes) = (column("smile")?, column("mouth_open")?, column("eyes_closed")?);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let is = |at: usize, yes: &str, no: &str| match cells.get(at) {
                Some(it) if *it == yes => Some(true),
                Some(it) if *it == no => Some(false),
                _ => None,
            };
            Ok(Label {
                file: (*cells.get(file).ok_or("an empty line")?).to_owned(),
                age: years(cells.get(age).copied().unwrap_or_default())?,
                male: is(gender, "Male", "Female"),
                smile: is(smile, "1", "0"),
                mouth_open: is(mouth, "1", "0"),
                eyes_open: is(eyes, "0", "1"),
            })
        })
        .collect()
}

/// A bin like `20-29`.
fn years(bin: &str) -> Result<(f32, f32), Box<dyn Error>> {
    if bin == "more than 70" {
        return Ok((70.0, 80.0));
    }
    let (first, last) = bin.split_once('-').ok_or_else(|| format!("{bin} is no age"))?;
    Ok((first.parse()?, last.parse::<f32>()? + 1.0))
}
