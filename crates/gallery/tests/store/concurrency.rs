//! Many threads at once.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use gallery::{Clock, Error, FaceId, Nearest, Options, Store};
use jiff::Timestamp;
use tempfile::tempdir;

use crate::support::*;

const THREADS: usize = 8;

/// Holds the first commit long enough for others to queue up, and counts commits: each asks for the time once.
struct SlowClock(AtomicUsize);

impl Clock for SlowClock {
    fn now(&self) -> Timestamp {
        // The very first call is for the collection's time of creation.
        if self.0.fetch_add(1, Ordering::SeqCst) == 1 {
            thread::sleep(Duration::from_millis(300));
        }
        Timestamp::UNIX_EPOCH
    }
}

#[test]
fn calls_that_add_faces_share_commits() {
    let folder = tempdir().unwrap();
    let clock = Arc::new(SlowClock(AtomicUsize::new(0)));
    let store = Store::open(
        folder.path(),
        Options {
            clock: Arc::clone(&clock) as _,
            ..options()
        },
    )
    .unwrap();
    let people = people(&store);
    thread::scope(|scope| {
        for i in 0..THREADS {
            let people = &people;
            scope.spawn(move || add(people, &format!("{i}"), &at(i as f32)));
        }
    });
    assert_eq!(people.describe().unwrap().n_faces, THREADS);
    let n_commits = clock.0.load(Ordering::SeqCst) - 1;
    assert!(n_commits < THREADS, "{n_commits} commits");
}

#[test]
fn one_image_added_by_many_at_once_is_added_once() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    for round in 0..20 {
        let start = Barrier::new(THREADS);
        let added: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        people
                            .add_faces(new_faces(&format!("{round}"), None, &[at(1.0), at(2.0)]))
                            .unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(added.iter().map(ids).collect::<HashSet<_>>().len(), 1);
        assert_eq!(added.iter().filter(|it| it.faces[0].is_new).count(), 1);
    }
    assert_eq!(people.describe().unwrap().n_faces, 40);
}

#[test]
fn everything_at_once_leaves_what_was_acknowledged() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let people = people(&store);
    let work = |name: &str| -> HashSet<FaceId> {
        let mut mine = HashSet::new();
        people.create_user(user(name), None).unwrap();
        for i in 0..60 {
            let added = people
                .add_faces(new_faces(&format!("{name}{i}"), None, &[at(i as f32), at(0.5)]))
                .unwrap();
            let faces = ids(&added);
            match i % 4 {
                0 => assert_eq!(people.delete_faces(vec![faces[0]]).unwrap().deleted, faces[..1]),
                1 => {
                    let outcome = people
                        .associate_faces(user(name), vec![faces[1]], within(1.0), None)
                        .unwrap();
                    assert_eq!(outcome.associated, faces[1..]);
                }
                2 if i % 20 == 2 => people.compact().unwrap(),
                _ => {
                    let found = people.search_faces_like(faces[0], Nearest::of(1_000)).unwrap();
                    assert!(found.is_sorted_by_key(|it| it.distance));
                    assert!(found.iter().any(|it| it.face.id == faces[1]));
                }
            }
            mine.extend(if i % 4 == 0 { &faces[1..] } else { &faces[..] });
        }
        mine
    };
    let acknowledged: HashSet<FaceId> = thread::scope(|scope| {
        let names: Vec<_> = (0..THREADS).map(|it| format!("user{it}-")).collect();
        let threads: Vec<_> = names
            .into_iter()
            .map(|name| scope.spawn(move || work(&name)))
            .collect();
        threads.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    let present = |faces: Vec<gallery::Face>| faces.iter().map(|it| it.id).collect::<HashSet<_>>();
    assert_eq!(present(all_faces(&people)), acknowledged);
    let before = shown(&people);
    drop((store, people));
    let people = open(folder.path()).collection(&collection_id("people")).unwrap();
    assert_eq!(shown(&people), before);
}

#[test]
fn one_name_is_created_by_one_of_many() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let outcomes: Vec<_> = thread::scope(|scope| {
        let create = || {
            store
                .create_collection(&collection_id("people"), &model(), [].into())
                .map(drop)
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(create)).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(
        outcomes
            .iter()
            .filter(|it| matches!(it, Err(Error::CollectionExists)))
            .count(),
        THREADS - 1
    );
}

#[test]
fn a_collection_may_be_deleted_while_it_is_used() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    for _ in 0..10 {
        let people = people(&store);
        thread::scope(|scope| {
            for i in 0..4 {
                let people = &people;
                scope.spawn(move || {
                    for j in 0.. {
                        match people.add_faces(new_faces(&format!("{i} {j}"), None, &[at(0.0)])) {
                            Ok(added) => assert!(added.faces[0].is_new),
                            Err(Error::NoSuchCollection) => break,
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
            thread::sleep(Duration::from_millis(5));
            store.delete_collection(&collection_id("people")).unwrap();
        });
    }
    drop(store);
    assert!(
        open(folder.path())
            .list_collections(limit(1), None)
            .unwrap()
            .items
            .is_empty()
    );
}
