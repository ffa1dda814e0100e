//! The store without HTTP: what is visible when, and what a dead process leaves behind.

use std::{fs, path::Path, sync::Arc};

use aws_wire::StoppedClock;
use serde_json::json;
use tempfile::TempDir;

use super::{
    digest::Digests,
    error::StoreError,
    faults::Step,
    index::{Attributes, Condition},
    store::{Shelf, Store, StoreOptions},
};

const STEPS_OF_A_WRITE: [Step; 6] = [
    Step::HalfWritten,
    Step::Checked,
    Step::Synced,
    Step::Renamed,
    Step::Placed,
    Step::Committed,
];

fn options() -> StoreOptions {
    StoreOptions::new("eu-west-1", "000000000000")
}

fn shelf(root: &Path) -> Shelf {
    Shelf::open(root, options()).expect("a store")
}

fn put(shelf: &Shelf, key: &str, body: &[u8]) -> Result<(), StoreError> {
    let mut incoming = shelf.receive(Digests::default())?;
    incoming.write(body)?;
    let attributes = Attributes {
        content_type: Some(format!("text/{}", body.len())),
        ..Attributes::default()
    };
    shelf
        .commit("photos", key, incoming.finish(), attributes, &Condition::Always)
        .map(drop)
}

fn get(shelf: &Shelf, key: &str) -> Option<(Vec<u8>, Option<String>)> {
    match shelf.open_object("photos", key) {
        Ok((entry, file)) => {
            let bytes = std::io::Read::bytes(file)
                .collect::<Result<Vec<u8>, _>>()
                .expect("readable");
            assert_eq!(entry.size, bytes.len() as u64, "index and file agree");
            Some((bytes, entry.attributes.content_type))
        }
        Err(StoreError::NoSuchKey) => None,
        Err(other) => panic!("{other}"),
    }
}

fn files(root: &Path) -> usize {
    let count = |folder: &Path| fs::read_dir(folder).map_or(0, Iterator::count);
    count(&root.join("incoming")) + count(&root.join("objects/photos"))
}

#[test]
fn a_process_that_dies_while_writing_leaves_the_old_object_or_the_new_one() {
    for step in STEPS_OF_A_WRITE {
        for old in [None, Some(b"the old picture".as_slice())] {
            let folder = TempDir::new().expect("a folder");
            let dying = shelf(folder.path());
            dying.create_bucket("photos").expect("a bucket");
            put(&dying, "other", b"untouched").expect("stored");
            if let Some(old) = old {
                put(&dying, "k", old).expect("stored");
            }
            dying.bodies.faults.die_at(step);
            let outcome = put(&dying, "k", b"the new picture, which is longer");
            assert!(outcome.is_err(), "{step:?}: a dead process acknowledges nothing");
            drop(dying);

            let next = shelf(folder.path());
            let new = (
                b"the new picture, which is longer".to_vec(),
                Some("text/32".to_owned()),
            );
            let old = old.map(|it| (it.to_vec(), Some("text/15".to_owned())));
            let expected = if step == Step::Committed { Some(new) } else { old };
            assert_eq!(get(&next, "k"), expected, "{step:?}");
            assert_eq!(get(&next, "other").expect("still there").0, b"untouched");
            assert_eq!(
                files(folder.path()),
                1 + usize::from(expected.is_some()),
                "{step:?}: nothing is left over"
            );

            put(&next, "k", b"and life goes on").expect("the store works");
            assert_eq!(get(&next, "k").expect("there").0, b"and life goes on");
        }
    }
}

#[test]
fn a_process_that_dies_while_deleting_leaves_no_half_object() {
    let folder = TempDir::new().expect("a folder");
    let dying = shelf(folder.path());
    dying.create_bucket("photos").expect("a bucket");
    put(&dying, "k", b"bytes").expect("stored");
    dying.bodies.faults.die_at(Step::Forgotten);
    assert!(dying.remove_object("photos", "k", None).is_err());
    assert_eq!(files(folder.path()), 1, "the body is still there");
    drop(dying);
    let next = shelf(folder.path());
    assert_eq!(get(&next, "k"), None);
    assert_eq!(files(folder.path()), 0);
}

#[test]
fn a_store_is_open_once() {
    let folder = TempDir::new().expect("a folder");
    let first = shelf(folder.path());
    assert!(matches!(
        Shelf::open(folder.path(), options()),
        Err(StoreError::InUse(_))
    ));
    drop(first);
    shelf(folder.path());
}

#[test]
fn what_was_being_received_is_gone_when_it_is_dropped() {
    let folder = TempDir::new().expect("a folder");
    let shelf = shelf(folder.path());
    shelf.create_bucket("photos").expect("a bucket");
    let mut incoming = shelf.receive(Digests::default()).expect("a file");
    incoming.write(b"half a pic").expect("written");
    assert_eq!(files(folder.path()), 1);
    drop(incoming);
    assert_eq!(files(folder.path()), 0);
}

#[test]
fn a_condition_that_does_not_hold_changes_nothing() {
    let folder = TempDir::new().expect("a folder");
    let shelf = shelf(folder.path());
    shelf.create_bucket("photos").expect("a bucket");
    let write = |key: &str, body: &[u8], condition: &Condition| {
        let mut incoming = shelf.receive(Digests::default()).expect("a file");
        incoming.write(body).expect("written");
        shelf.commit("photos", key, incoming.finish(), Attributes::default(), condition)
    };
    assert!(matches!(
        write("k", b"1", &Condition::Present),
        Err(StoreError::NoSuchKey)
    ));
    let first = write("k", b"1", &Condition::Absent).expect("it was absent");
    assert!(matches!(
        write("k", b"2", &Condition::Absent),
        Err(StoreError::PreconditionFailed)
    ));
    assert!(matches!(
        write("k", b"2", &Condition::Tagged("other".into())),
        Err(StoreError::PreconditionFailed)
    ));
    assert_eq!(get(&shelf, "k").expect("there").0, b"1");
    write("k", b"2", &Condition::Tagged(first.etag)).expect("the tag is right");
    assert_eq!(get(&shelf, "k").expect("there").0, b"2");
    assert_eq!(files(folder.path()), 1, "refused and replaced bodies are gone");
}

#[test]
fn a_reader_keeps_what_it_opened() {
    let folder = TempDir::new().expect("a folder");
    let shelf = shelf(folder.path());
    shelf.create_bucket("photos").expect("a bucket");
    put(&shelf, "k", b"before").expect("stored");
    let (_, file) = shelf.open_object("photos", "k").expect("there");
    put(&shelf, "k", b"after").expect("stored");
    shelf.remove_object("photos", "k", None).expect("deleted");
    let bytes: Vec<u8> = std::io::Read::bytes(file)
        .collect::<Result<_, _>>()
        .expect("readable");
    assert_eq!(bytes, b"before");
}

#[test]
fn one_of_many_writers_wins_whole() {
    let folder = TempDir::new().expect("a folder");
    let shelf = shelf(folder.path());
    shelf.create_bucket("photos").expect("a bucket");
    std::thread::scope(|scope| {
        for writer in 0..4_u8 {
            let shelf = &shelf;
            scope.spawn(move || {
                for _ in 0..10 {
                    put(shelf, "k", &vec![writer; 1000 + usize::from(writer)]).expect("stored");
                }
            });
        }
        for _ in 0..50 {
            if let Some((bytes, content_type)) = get(&shelf, "k") {
                assert_eq!(
                    content_type.as_deref(),
                    Some(format!("text/{}", bytes.len()).as_str())
                );
                assert!(bytes.iter().all(|it| usize::from(*it) == bytes.len() - 1000));
            }
        }
    });
    assert_eq!(files(folder.path()), 1);
}

#[test]
fn listings_follow_bytes_and_fold_at_the_delimiter() {
    let folder = TempDir::new().expect("a folder");
    let shelf = shelf(folder.path());
    shelf.create_bucket("photos").expect("a bucket");
    let mut keys = vec![
        "a",
        "b/1",
        "b/2",
        "b/c/3",
        "b0",
        "Z",
        "é",
        "\u{10ffff}",
        "a\u{0}b",
        "../x",
        "b/",
        "c//d",
    ];
    for key in &keys {
        put(&shelf, key, b"x").expect("stored");
    }
    keys.sort_unstable();
    let page = |prefix: &str, delimiter: &str, limit: usize| {
        let (mut objects, mut prefixes, mut from, mut pages) = (Vec::new(), Vec::new(), Vec::new(), 0);
        loop {
            let page = shelf
                .list("photos", prefix, delimiter, &from, limit)
                .expect("a page");
            assert!(page.objects.len() + page.common_prefixes.len() <= limit);
            objects.extend(page.objects.into_iter().map(|(key, _)| key));
            prefixes.extend(page.common_prefixes);
            pages += 1;
            match page.next {
                Some(next) => from = next,
                None => return (objects, prefixes, pages),
            }
        }
    };
    for limit in [1, 2, 3, 5, 11, 12, 100] {
        let (objects, prefixes, pages) = page("", "", limit);
        assert_eq!(objects, keys, "limit {limit}");
        assert!(prefixes.is_empty());
        assert_eq!(
            pages,
            keys.len().div_ceil(limit),
            "limit {limit}: no empty last page"
        );

        let (objects, prefixes, _) = page("", "/", limit);
        assert_eq!(
            objects,
            ["Z", "a", "a\u{0}b", "b0", "é", "\u{10ffff}"],
            "limit {limit}"
        );
        assert_eq!(prefixes, ["../", "b/", "c/"], "limit {limit}");

        let (objects, prefixes, _) = page("b/", "/", limit);
        assert_eq!(
            (objects, prefixes),
            (vec!["b/".into(), "b/1".into(), "b/2".into()], vec!["b/c/".into()])
        );
    }
    assert_eq!(shelf.list("photos", "", "", &[], 0).expect("a page").next, None);
    assert!(matches!(
        shelf.list("nowhere", "", "", &[], 1),
        Err(StoreError::NoSuchBucket)
    ));
}

#[tokio::test]
async fn lifecycle_rules_remove_what_has_had_its_days() {
    let folder = TempDir::new().expect("a folder");
    let at = |text: &str| StoreOptions {
        clock: Arc::new(StoppedClock(text.parse().expect("a time"))),
        ..options()
    };
    let properties = json!({"LifecycleConfiguration": {"Rules": [
        {"Status": "Enabled", "Prefix": "u/", "ExpirationInDays": 1},
    ]}});
    {
        let store = Store::open(folder.path(), at("2026-03-01T10:00:00Z")).expect("a store");
        store.ensure_bucket("photos", &properties).expect("a bucket");
        for key in ["u/1", "u/2", "keep"] {
            store
                .put("photos", key, "image/jpeg", b"x".to_vec())
                .await
                .expect("stored");
        }
        assert_eq!(store.sweep().await.expect("swept"), 0);
    }
    let store = Store::open(folder.path(), at("2026-03-03T00:00:00Z")).expect("a store");
    store
        .ensure_bucket("photos", &properties)
        .expect("the bucket is there");
    assert_eq!(store.sweep().await.expect("swept"), 2);
    assert!(matches!(
        store.get("photos", "u/1", 9).await,
        Err(StoreError::NoSuchKey)
    ));
    assert_eq!(store.get("photos", "keep", 9).await.expect("kept"), b"x");
    assert!(matches!(
        store.get("photos", "keep", 0).await,
        Err(StoreError::TooLarge { limit_bytes: 0 })
    ));
}

#[test]
fn a_template_cannot_ask_for_what_is_not_there() {
    let folder = TempDir::new().expect("a folder");
    let store = Store::open(folder.path(), options()).expect("a store");
    for (name, properties) in [
        ("photos", json!({"AccelerateConfiguration": {}})),
        ("photos", json!({"CorsConfiguration": {"CorsRules": "all"}})),
        ("photos", json!({"LifecycleConfiguration": {}})),
        ("..", json!({})),
        ("Photos", json!({})),
        ("a/b", json!({})),
    ] {
        assert!(
            store.ensure_bucket(name, &properties).is_err(),
            "{name} {properties}"
        );
    }
    assert!(files(folder.path()) == 0 && !folder.path().join("objects/photos").exists());
}

#[test]
fn an_index_of_a_later_version_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    drop(shelf(folder.path()));
    let connection = rusqlite::Connection::open(folder.path().join("index.sqlite")).expect("a database");
    connection.pragma_update(None, "user_version", 99).expect("set");
    drop(connection);
    assert!(matches!(
        Shelf::open(folder.path(), options()),
        Err(StoreError::Index(_))
    ));
}
