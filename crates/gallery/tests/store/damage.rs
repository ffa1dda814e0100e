//! Files that a crash left half-written, and files that something else damaged.

use std::fs;
use std::path::Path;

use gallery::{Collection, CollectionId, OpenError, Store};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use crate::durability::{file_in, story};
use crate::support::*;

/// Length of the header of a frame: `src/log/frame.rs`.
const FRAME_PREFIX_BYTES: usize = 24;

/// Beginning of a frame: `src/log/frame.rs`.
const FRAME_MAGIC: &[u8] = b"VFr\xA7";

/// A collection's file without its seal, and what it shows after each of its commits.
struct Grown {
    bytes: Vec<u8>,
    /// Ends of the header and of every frame, with what the collection showed when the file ended there.
    commits: Vec<(usize, Shown)>,
}

fn people_id() -> CollectionId {
    collection_id("people")
}

fn grown() -> Grown {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let people = people(&store);
    let mut commits = Vec::new();
    let mut note = |collection: &Collection| {
        commits.push((fs::read(file_in(folder.path())).unwrap().len(), shown(collection)));
    };
    note(&people);
    for i in 0..4_u8 {
        people
            .add_faces(new_faces(
                &format!("{i}"),
                Some(external("name")),
                &[at(f32::from(i)), at(9.0)],
            ))
            .unwrap();
        note(&people);
    }
    people.create_user(user("ada"), Some(token("t"))).unwrap();
    note(&people);
    let bytes = fs::read(file_in(folder.path())).unwrap();
    Grown { bytes, commits }
}

fn folder_with(bytes: &[u8]) -> TempDir {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("x.faces"), bytes).unwrap();
    folder
}

/// Opens the store, adds a face, and opens it once more: whatever was there before has to be there in the end.
fn survives(folder: &Path, expected: &Shown, discarded_bytes: usize) {
    let store = open(folder);
    let discarded: Vec<_> = store
        .recovered()
        .iter()
        .map(|it| it.discarded_bytes as usize)
        .collect();
    assert_eq!(
        discarded,
        if discarded_bytes == 0 {
            vec![]
        } else {
            vec![discarded_bytes]
        }
    );
    let people = store.collection(&people_id()).unwrap();
    assert_eq!(&shown(&people), expected);
    let face = add(&people, "later", &at(5.0));
    let before = shown(&people);
    drop((store, people));
    let store = open(folder);
    let people = store.collection(&people_id()).unwrap();
    assert_eq!(shown(&people), before);
    assert_eq!(all_faces(&people).last().unwrap().id, face);
}

fn is_refused(folder: &Path) -> u64 {
    let file = file_in(folder);
    let before = fs::read(&file).unwrap();
    let offset = match Store::open(folder, options()) {
        Err(OpenError::Damaged {
            file: named, offset, ..
        }) => {
            assert_eq!(fs::canonicalize(named).unwrap(), fs::canonicalize(&file).unwrap());
            offset
        }
        other => panic!("{other:?}"),
    };
    assert!(
        fs::read(&file).unwrap() == before,
        "a file that is refused is left as it is"
    );
    offset
}

#[test]
fn a_file_cut_off_anywhere_behind_an_acknowledged_commit_keeps_that_commit() {
    let Grown { bytes, commits } = grown();
    let header_end = commits[0].0;
    for length in header_end..=bytes.len() {
        let (end, expected) = commits.iter().rfind(|(end, _)| *end <= length).unwrap();
        survives(folder_with(&bytes[..length]).path(), expected, length - end);
    }
}

#[test]
fn a_last_frame_of_which_pieces_are_missing_is_discarded() {
    // After a power failure a file may have its full length, and zeros or rubbish where data never arrived.
    let Grown { bytes, commits } = grown();
    let [.., (start, expected), (end, _)] = &commits[..] else {
        unreachable!()
    };
    for from in *start..*end {
        for rubbish in [0x00, 0x5A] {
            let mut bytes = bytes.clone();
            for byte in &mut bytes[from..(from + 16).min(*end)] {
                *byte = if *byte == rubbish { 0xFF } else { rubbish };
            }
            bytes.extend_from_slice(&[rubbish; 100]);
            survives(folder_with(&bytes).path(), expected, bytes.len() - start);
        }
    }
}

#[test]
fn damage_before_the_last_frame_is_refused_wherever_it_is() {
    let Grown { bytes, commits } = grown();
    let last_start = commits[commits.len() - 2].0;
    for position in 0..last_start {
        let mut bytes = bytes.clone();
        bytes[position] ^= 0x10;
        let folder = folder_with(&bytes);
        // The format's number is the one thing that is not ours to judge.
        if (8..12).contains(&position) {
            assert!(matches!(
                Store::open(folder.path(), options()),
                Err(OpenError::Format { .. })
            ));
            continue;
        }
        let frame = commits
            .iter()
            .rfind(|(end, _)| *end <= position)
            .map_or(0, |it| it.0);
        let offset = is_refused(folder.path());
        assert!(
            offset as usize == frame || position < commits[0].0,
            "{position} {offset} {frame}"
        );
    }
}

#[test]
fn a_frame_that_is_missing_or_there_twice_is_refused() {
    let Grown { bytes, commits } = grown();
    let [_, (a, _), (b, _), ..] = commits[..] else {
        unreachable!()
    };
    assert_eq!(
        is_refused(folder_with(&[&bytes[..a], &bytes[b..]].concat()).path()),
        a as u64
    );
    assert_eq!(
        is_refused(folder_with(&[&bytes[..b], &bytes[a..]].concat()).path()),
        b as u64
    );
}

#[test]
fn a_closed_file_vouches_for_its_last_commit() {
    let folder = tempdir().unwrap();
    drop(story(&open(folder.path())));
    let file = file_in(folder.path());
    let bytes = fs::read(&file).unwrap();
    let mut damaged = bytes.clone();
    damaged[bytes.len() - FRAME_PREFIX_BYTES - 1] ^= 1;
    is_refused(folder_with(&damaged).path());
    // The seal itself holds nothing.
    let store = open(folder_with(&bytes[..bytes.len() - 1]).path());
    assert_eq!(store.recovered().len(), 1);
}

#[test]
fn a_file_without_a_whole_header_is_refused() {
    // It cannot come from a crash: a file gets its name when it is complete.
    let bytes = grown().bytes;
    let first_frame = bytes
        .windows(FRAME_MAGIC.len())
        .position(|it| it == FRAME_MAGIC)
        .unwrap();
    for length in 0..first_frame {
        assert_eq!(is_refused(folder_with(&bytes[..length]).path()), 0);
    }
    is_refused(folder_with(b"something else altogether, long enough for a header").path());
}

#[test]
fn a_frame_of_another_file_is_not_taken_for_one_of_this() {
    // As if the disk gave back a block of a file that was deleted.
    let one = grown();
    let other = grown();
    let [.., (start, expected), _] = &one.commits[..] else {
        unreachable!()
    };
    let [.., (other_start, _), _] = &other.commits[..] else {
        unreachable!()
    };
    let mixed = [&one.bytes[..*start], &other.bytes[*other_start..]].concat();
    survives(folder_with(&mixed).path(), expected, mixed.len() - start);
}

#[test]
fn two_files_of_one_collection_are_refused() {
    let folder = tempdir().unwrap();
    drop(story(&open(folder.path())));
    fs::copy(file_in(folder.path()), folder.path().join("copy.faces")).unwrap();
    assert!(matches!(
        Store::open(folder.path(), options()),
        Err(OpenError::Duplicate(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is in a file: the store opens or says why not, and does neither panic nor ask for much memory.
    #[test]
    fn no_file_makes_opening_panic(changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..40), cut in any::<u16>()) {
        let mut bytes = grown().bytes;
        for (position, byte) in changes {
            let position = usize::from(position) % bytes.len();
            bytes[position] = byte;
        }
        bytes.truncate(usize::from(cut) % (bytes.len() * 2));
        let folder = folder_with(&bytes);
        drop(Store::open(folder.path(), options()));
    }
}
