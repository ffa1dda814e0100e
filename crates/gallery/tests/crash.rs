//! Kills a process that changes a store, again and again, and looks at what is left.
//!
//! The program is its own child: with the argument `child` and a folder it adds faces, deletes some, gives some to users
//! and compacts, in several threads, and says on standard output what was acknowledged, until it is killed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test; and the child's output is its report"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

use gallery::{
    Bounds, Collection, CollectionId, Embedding, ExternalImageId, FaceFilter, FaceId, ImageDigest, Limits,
    Model, Nearest, NewFace, NewFaces, Options, SquaredDistance, Store, UserId,
};
use jiff::Timestamp;
use uuid::Uuid;

const NAME: &str = "a_killed_process_loses_nothing_that_it_acknowledged";
const KILLS: u32 = 100;
const DIMENSION: usize = 8;
const FACES_PER_IMAGE: u64 = 3;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [role, folder] if role == "child" => child(Path::new(folder)),
        [..] if arguments.iter().any(|it| it == "--list") => {
            if !arguments.iter().any(|it| it == "--ignored") {
                println!("{NAME}: test");
            }
        }
        [..] => {
            // Whatever has no hyphen is a filter, as for every other test; no value of an option gets here.
            let filters: Vec<_> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
            if filters.is_empty() || filters.iter().any(|it| NAME.contains(it.as_str())) {
                parent();
                println!("test {NAME} ... ok");
            }
        }
    }
}

fn open(folder: &Path) -> (Store, Collection) {
    let options = Options {
        clock: Arc::new(Timestamp::now),
        ids: Arc::new(Uuid::now_v7),
        threads: NonZeroUsize::MIN,
        limits: Limits::default(),
    };
    let store = Store::open(folder, options).unwrap();
    let id = CollectionId::parse("people").unwrap();
    let collection = store
        .collection(&id)
        .or_else(|_| store.create_collection(&id, &Model::new("crash", DIMENSION).unwrap(), BTreeMap::new()))
        .unwrap();
    (store, collection)
}

/// A different one for every number.
fn embedding(number: u64) -> Embedding {
    let component = |salt: u64| {
        (number
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(salt as u32 * 8)
            >> 40) as f32
    };
    let components: Vec<f32> = (0..DIMENSION as u64).map(component).collect();
    Embedding::new(&Model::new("crash", DIMENSION).unwrap(), components).unwrap()
}

/// One line, whole: a report counts when it is there up to its end.
fn report(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

fn child(folder: &Path) {
    let (_store, collection) = open(folder);
    report("ready\n");
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                // No two children, and no two threads, have an image in common.
                let start = Uuid::new_v4().as_u128() as u64;
                for image in 0_u64.. {
                    one_round(&collection, start.wrapping_add(image * FACES_PER_IMAGE), image);
                }
            });
        }
        scope.spawn(|| {
            loop {
                thread::sleep(Duration::from_millis(7));
                collection.compact().unwrap();
            }
        });
    });
}

/// `+` faces were added; `?` something may happen to a face from now on; `-` it is deleted, `u` it has a user.
fn one_round(collection: &Collection, number: u64, round: u64) {
    let faces = (0..FACES_PER_IMAGE)
        .map(|i| NewFace {
            bounds: Bounds {
                left: i as f32,
                top: 0.0,
                width: 0.5,
                height: 0.5,
            },
            confidence: 99.0,
            embedding: embedding(number + i),
        })
        .collect();
    let new = NewFaces {
        image: ImageDigest::of(&number.to_le_bytes()),
        external_image_id: Some(ExternalImageId::parse(&number.to_string()).unwrap()),
        detection_model: "1".into(),
        faces,
    };
    let added: Vec<FaceId> = collection
        .add_faces(new)
        .unwrap()
        .faces
        .into_iter()
        .map(|it| it.face.id)
        .collect();
    let mut line = format!("+ {number}");
    for face in &added {
        write!(line, " {face}").unwrap();
    }
    report(&(line + "\n"));
    match round % 4 {
        1 => {
            report(&format!("? {}\n", added[0]));
            assert_eq!(collection.delete_faces(vec![added[0]]).unwrap().deleted.len(), 1);
            report(&format!("- {}\n", added[0]));
        }
        2 => {
            let user = UserId::parse(&number.to_string()).unwrap();
            collection.create_user(user.clone(), None).unwrap();
            let faces = vec![added[1]];
            let outcome = collection
                .associate_faces(user, faces, SquaredDistance::INFINITE, None)
                .unwrap();
            assert_eq!(outcome.associated.len(), 1);
            report(&format!("u {} {number}\n", added[1]));
        }
        _ => {}
    }
}

/// What children said, since the beginning.
#[derive(Default)]
struct Acknowledged {
    faces: BTreeSet<FaceId>,
    /// Deleted, or perhaps.
    doubtful: BTreeSet<FaceId>,
    deleted: BTreeSet<FaceId>,
    users: BTreeMap<FaceId, String>,
}

impl Acknowledged {
    /// Takes a child's report. Returns the images it added, with their faces.
    fn take(&mut self, lines: &[String]) -> Vec<(u64, Vec<FaceId>)> {
        let face = |text: &str| FaceId(text.parse().unwrap());
        let mut images = Vec::new();
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["+", number, ref faces @ ..] => {
                    let faces: Vec<_> = faces.iter().map(|it| face(it)).collect();
                    self.faces.extend(&faces);
                    images.push((number.parse().unwrap(), faces));
                }
                ["?", id] => drop(self.doubtful.insert(face(id))),
                ["-", id] => drop(self.deleted.insert(face(id))),
                ["u", id, user] => drop(self.users.insert(face(id), user.to_owned())),
                _ => assert_eq!(line, "ready"),
            }
        }
        images
    }
}

fn parent() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    for kill in 0..KILLS {
        let lines = run_and_kill(folder.path(), kill);
        let images = acknowledged.take(&lines);
        check(folder.path(), &acknowledged, &images);
    }
    assert!(
        KILLS < acknowledged.faces.len() as u32,
        "the children hardly did anything"
    );
    println!(
        "{KILLS} kills; acknowledged: {} faces, {} deletions, {} associations",
        acknowledged.faces.len(),
        acknowledged.deleted.len(),
        acknowledged.users.len()
    );
}

/// Returns the whole lines that a child wrote before it was killed, after up to 50 ms of work.
fn run_and_kill(folder: &Path, kill: u32) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .arg("child")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let (ready, wait) = std::sync::mpsc::channel();
    let reader = thread::spawn(move || {
        let mut lines = Vec::new();
        let mut line = String::new();
        while 0 < output.read_line(&mut line).unwrap() && line.ends_with('\n') {
            lines.push(line.trim_end().to_owned());
            line.clear();
            // Nobody waits for more than the first line.
            let _ = ready.send(());
        }
        lines
    });
    // Every tenth child is killed while it still opens the store.
    if !kill.is_multiple_of(10) {
        wait.recv().unwrap();
    }
    thread::sleep(Duration::from_micros(Uuid::new_v4().as_u128() as u64 % 50_000));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

fn check(folder: &Path, acknowledged: &Acknowledged, images: &[(u64, Vec<FaceId>)]) {
    let (_store, collection) = open(folder);
    let all = collection
        .list_faces(&FaceFilter::default(), NonZeroUsize::MAX, None)
        .unwrap()
        .items;
    let present: BTreeMap<FaceId, _> = all.iter().map(|it| (it.id, it)).collect();

    let lost: Vec<_> = acknowledged
        .faces
        .iter()
        .filter(|it| !present.contains_key(it) && !acknowledged.doubtful.contains(it))
        .collect();
    assert!(lost.is_empty(), "{} acknowledged faces are lost", lost.len());
    assert!(
        !acknowledged.deleted.iter().any(|it| present.contains_key(it)),
        "a deleted face is back"
    );
    for (face, user) in &acknowledged.users {
        assert_eq!(
            present[face].user.as_ref().map(UserId::as_str),
            Some(user.as_str())
        );
    }

    // All faces of an image or none, also of those that nobody was told about; deletions take one.
    let mut faces_of: BTreeMap<_, u64> = BTreeMap::new();
    for face in &all {
        *faces_of.entry(face.image_id.0).or_default() += 1;
    }
    assert!(
        faces_of
            .values()
            .all(|it| (FACES_PER_IMAGE - 1..=FACES_PER_IMAGE).contains(it))
    );

    // The bits as well.
    for (number, faces) in images.iter().rev().take(20) {
        for (i, face) in faces
            .iter()
            .enumerate()
            .filter(|(_, it)| present.contains_key(it))
        {
            let itself = Nearest::of(1).within(SquaredDistance::ZERO);
            let found = collection
                .search_faces(&embedding(number + i as u64), itself)
                .unwrap();
            assert_eq!(found.iter().map(|it| it.face.id).collect::<Vec<_>>(), [*face]);
        }
    }
}
