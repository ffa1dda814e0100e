//! A list that only grows, in a file of one JSON document a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Entries in the order they were appended. What [`Journal::append`] returned `Ok` for is on disk.
pub struct Journal<T> {
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    file: File,
    entries: Vec<T>,
}

impl<T> std::fmt::Debug for Journal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").finish_non_exhaustive()
    }
}

impl<T: Clone + Serialize + DeserializeOwned> Journal<T> {
    /// Opens the file at `path`, which need not exist.
    ///
    /// A last line without an end is what a crash left of an entry that nobody was promised; it is cut off.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written, or a complete line is not an entry.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64)?;
            file.seek(io::SeekFrom::End(0))?;
        }
        let lines = bytes.get(..whole).unwrap_or_default().split(|it| *it == b'\n');
        let entries = lines
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).map_err(io::Error::from))
            .collect::<io::Result<Vec<T>>>()?;
        Ok(Self {
            inner: Mutex::new(Inner { file, entries }),
        })
    }

    /// Appends `entry` and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// If it cannot be written; it is not in the list then.
    pub fn append(&self, entry: T) -> io::Result<()> {
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        let mut inner = self.inner();
        inner.file.write_all(&line)?;
        inner.file.sync_data()?;
        inner.entries.push(entry);
        Ok(())
    }

    /// All entries, newest first.
    #[must_use]
    pub fn newest_first(&self) -> Vec<T> {
        self.inner().entries.iter().rev().cloned().collect()
    }

    /// How many entries there are.
    #[must_use]
    pub fn n_entries(&self) -> usize {
        self.inner().entries.len()
    }

    fn inner(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_there_after_reopening_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let journal = Journal::open(&path).unwrap();
        journal.append("one\ntwo".to_owned()).unwrap();
        journal.append("three".to_owned()).unwrap();
        drop(journal);
        let again: Journal<String> = Journal::open(&path).unwrap();
        assert_eq!(again.newest_first(), ["three", "one\ntwo"]);
    }

    #[test]
    fn half_an_entry_is_cut_off_and_the_next_one_stands_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        std::fs::write(&path, "\"one\"\n\"tw").unwrap();
        let journal: Journal<String> = Journal::open(&path).unwrap();
        assert_eq!(journal.newest_first(), ["one"]);
        journal.append("three".to_owned()).unwrap();
        drop(journal);
        let again: Journal<String> = Journal::open(&path).unwrap();
        assert_eq!(again.newest_first(), ["three", "one"]);
    }

    #[test]
    fn a_damaged_line_is_an_error_not_a_loss() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        std::fs::write(&path, "\"one\"\nnonsense\n").unwrap();
        assert!(Journal::<String>::open(&path).is_err());
    }
}
