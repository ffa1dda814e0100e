//! What is left when a store is opened again.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gallery::{Collection, FaceFilter, Limits, OpenError, Options, Store};
use jiff::SignedDuration;
use tempfile::tempdir;
use uuid::Uuid;

use crate::support::*;

/// The only collection's file.
pub(crate) fn file_in(folder: &Path) -> PathBuf {
    let paths = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|it| it.extension().is_some_and(|it| it == "faces"))
        .collect();
    assert_eq!(files.len(), 1);
    files.remove(0)
}

/// Something of everything, by calls that will be the same for ever: `tests/data/v1.faces` is what they made of a file.
pub(crate) fn story(store: &Store) -> Collection {
    let tags = BTreeMap::from([("team".to_owned(), "blue".to_owned())]);
    let people = store
        .create_collection(&collection_id("people"), &model(), tags)
        .unwrap();
    let first = people
        .add_faces(new_faces("one", Some(external("first")), &[at(0.5), at(1.5)]))
        .unwrap();
    let second = people.add_faces(new_faces("two", None, &[at(2.5)])).unwrap();
    let third = people
        .add_faces(new_faces("three", None, &[at(f32::MIN_POSITIVE), at(-7.25)]))
        .unwrap();
    for name in ["ada", "bob", "cleo"] {
        people.create_user(user(name), None).unwrap();
    }
    let mut faces = ids(&first);
    faces.extend(ids(&second));
    faces.extend(ids(&third));
    people
        .associate_faces(user("ada"), faces.clone(), within(2.0), Some(token("associate")))
        .unwrap();
    people
        .disassociate_faces(user("ada"), faces[1..].to_vec(), Some(token("disassociate")))
        .unwrap();
    people
        .associate_faces(user("bob"), faces[1..2].to_vec(), within(0.0), None)
        .unwrap();
    people.delete_user(user("cleo"), Some(token("delete"))).unwrap();
    people.delete_faces(faces[2..4].to_vec()).unwrap();
    people
        .tag(BTreeMap::from([("shift".to_owned(), "night".to_owned())]))
        .unwrap();
    people
}

/// Names that count from 1, so that the same calls make the same file.
fn counted() -> Options {
    let count = AtomicU64::new(1);
    Options {
        ids: Arc::new(move || Uuid::from_u64_pair(0, count.fetch_add(1, Ordering::Relaxed))),
        ..options()
    }
}

#[test]
fn a_store_that_is_opened_again_shows_what_it_showed() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let people = story(&store);
    let before = shown(&people);
    drop((store, people));
    let store = open(folder.path());
    assert_eq!(
        shown(&store.collection(&collection_id("people")).unwrap()),
        before
    );
    assert_eq!(store.recovered(), []);
}

#[test]
fn a_file_of_format_1_is_read_and_written_as_ever() {
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/v1.faces");
    let today = tempdir().unwrap();
    let store = Store::open(today.path(), counted()).unwrap();
    let people = story(&store);
    let shown_today = shown(&people);
    drop((store, people));
    let written = fs::read(file_in(today.path())).unwrap();
    assert_eq!(
        written,
        fs::read(&expected).unwrap(),
        "a change of the format is a new format"
    );

    let folder = tempdir().unwrap();
    fs::copy(expected, folder.path().join("v1.faces")).unwrap();
    let people = open(folder.path()).collection(&collection_id("people")).unwrap();
    assert_eq!(shown(&people), shown_today);
}

#[test]
fn a_compacted_collection_shows_what_it_showed() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let people = story(&store);
    let before = shown(&people);
    people.compact().unwrap();
    assert_eq!(shown(&people), before);
    let after = add(&people, "after", &at(3.5));
    let before = shown(&people);
    drop((store, people));
    let people = open(folder.path()).collection(&collection_id("people")).unwrap();
    assert_eq!(shown(&people), before);
    assert_eq!(all_faces(&people).last().unwrap().id, after);
}

#[test]
fn nothing_of_a_deleted_face_is_left_after_compaction() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let components = [0.123_456_f32, -0.654_321, 0.111_222, 0.333_444];
    let bytes: Vec<u8> = components.iter().flat_map(|it| it.to_le_bytes()).collect();
    let contains = || {
        let file = fs::read(file_in(folder.path())).unwrap();
        file.windows(bytes.len()).any(|it| it == bytes)
    };
    let face = add(&people, "image", &embedding(components));
    assert!(contains());
    people.delete_faces(vec![face]).unwrap();
    people.compact().unwrap();
    assert!(!contains());
}

#[test]
fn a_log_that_is_mostly_about_deleted_faces_is_shortened_by_itself() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let kept = add(&people, "kept", &at(1.0));
    let embeddings = vec![at(0.0); 5_000];
    let mut longest = 0;
    for round in 0..30 {
        let added = people
            .add_faces(new_faces(&format!("{round}"), None, &embeddings))
            .unwrap();
        people.delete_faces(ids(&added)).unwrap();
        longest = longest.max(fs::metadata(file_in(folder.path())).unwrap().len());
    }
    // 5,000 faces take 0.3 MB, so all rounds together wrote 11 MB.
    assert!(longest < 6 << 20, "{longest}");
    assert_eq!(
        all_faces(&people).iter().map(|it| it.id).collect::<Vec<_>>(),
        [kept]
    );
}

#[test]
fn keys_of_deleted_faces_are_not_given_out_again() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let collection = people(&store);
    let faces: Vec<_> = (0..3)
        .map(|it| add(&collection, &format!("{it}"), &at(0.0)))
        .collect();
    let token = collection
        .list_faces(&FaceFilter::default(), limit(2), None)
        .unwrap()
        .next
        .unwrap();
    collection.delete_faces(faces).unwrap();
    collection.compact().unwrap();
    drop((store, collection));
    let collection = open(folder.path()).collection(&collection_id("people")).unwrap();
    let new = add(&collection, "new", &at(0.0));
    let page = collection
        .list_faces(&FaceFilter::default(), limit(2), Some(&token))
        .unwrap();
    assert_eq!(page.items.iter().map(|it| it.id).collect::<Vec<_>>(), [new]);
}

#[test]
fn a_collection_that_is_held_keeps_the_folder_locked() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let in_use = || matches!(Store::open(folder.path(), options()), Err(OpenError::InUse(_)));
    assert!(in_use());
    let people = people(&store);
    drop(store);
    assert!(in_use());
    drop(people);
    open(folder.path());
}

#[test]
fn a_file_that_did_not_get_its_name_does_not_count() {
    let folder = tempdir().unwrap();
    let before = shown(&story(&open(folder.path())));
    let file = file_in(folder.path());
    let new = file.with_extension("new");
    fs::copy(&file, &new).unwrap();
    fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
    let store = open(folder.path());
    assert_eq!(
        shown(&store.collection(&collection_id("people")).unwrap()),
        before
    );
    assert!(fs::metadata(new).is_err());
    assert!(fs::metadata(folder.path().join("notes.txt")).is_ok());
}

#[test]
fn folders_are_created_as_needed_and_for_the_owner_only() {
    let folder = tempdir().unwrap();
    let inner = folder.path().join("a/b");
    people(&open(&inner));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&inner), 0o700);
        assert_eq!(mode(&file_in(&inner)), 0o600);
    }
}

#[test]
fn old_answers_are_forgotten_and_memory_stays_bounded() {
    let folder = tempdir().unwrap();
    let clock = TestClock::new();
    let ours = || Options {
        clock: Arc::clone(&clock) as _,
        limits: Limits::default(),
        ..options()
    };
    let store = Store::open(
        folder.path(),
        Options {
            threads: NonZeroUsize::MIN,
            ..ours()
        },
    )
    .unwrap();
    let collection = people(&store);
    for round in 0..50 {
        collection
            .create_user(user(&format!("u{round}")), Some(token(&format!("t{round}"))))
            .unwrap();
        clock.advance(SignedDuration::from_hours(1));
    }
    collection.compact().unwrap();
    let compacted = fs::read(file_in(folder.path())).unwrap();
    let contains = |text: &str| compacted.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(contains("t49") && contains("t27") && !contains("t20"));
}
