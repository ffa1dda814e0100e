//! A process killed while it writes, for real.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use stack::s3::{Store, StoreError, StoreOptions};
use tempfile::TempDir;

use crate::servers::{ACCOUNT, REGION};

/// Names the folder to the child; without it the child's half of the test has nothing to do.
const FOLDER: &str = "STACK_TEST_KILLED_WRITER";
const KEYS: u64 = 7;
const ROUNDS: u64 = 6;

fn open(folder: &Path) -> Store {
    Store::open(folder, StoreOptions::new(REGION, ACCOUNT)).expect("a store")
}

/// The body of the `n`th write: its number, and a length and content that follow from it.
fn body(n: u64) -> Vec<u8> {
    let length = 8 + (n * 7919 % 200_000) as usize;
    let mut body = n.to_be_bytes().to_vec();
    body.extend((0..length).map(|it| (it as u64 * (n + 1) % 251) as u8));
    body
}

fn key(n: u64) -> String {
    format!("u/{}", n % KEYS)
}

/// The child: writes, and says so after each write, until it is killed.
#[tokio::test]
async fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let store = open(&folder);
    store
        .ensure_bucket("photos", &serde_json::json!({}))
        .expect("a bucket");
    let mut first = 0;
    for n in 0..KEYS {
        if let Ok(body) = store.get("photos", &key(n), u64::MAX).await {
            first = first.max(u64::from_be_bytes(body[..8].try_into().expect("eight bytes")) + 1);
        }
    }
    for n in first.. {
        let content_type = format!("test/{n}");
        store
            .put("photos", &key(n), &content_type, body(n))
            .await
            .expect("stored");
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged {n}").expect("said");
        out.flush().expect("said");
    }
}

#[test]
fn a_killed_writer_leaves_whole_objects_and_every_acknowledged_one() {
    let folder = TempDir::new().expect("a folder");
    let mut acknowledged: BTreeMap<String, u64> = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args([
                "--exact",
                "s3_killed::writes_until_it_is_killed",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (said, heard) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let lines = output.lines().map_while(Result::ok);
            for n in lines.filter_map(|it| it.strip_prefix("acknowledged ")?.parse::<u64>().ok()) {
                said.send(n).expect("the test listens");
            }
        });
        let mut writes = vec![
            heard
                .recv_timeout(Duration::from_mins(1))
                .expect("the child writes"),
        ];
        // Killed at another moment each time.
        std::thread::sleep(Duration::from_millis(150 + 137 * round));
        child.kill().expect("SIGKILL");
        child.wait().expect("dead");
        reader.join().expect("read");
        writes.extend(heard.try_iter());
        for n in writes {
            acknowledged.insert(key(n), n);
        }
        check(folder.path(), &acknowledged);
    }
}

/// Every object is the last acknowledged one, or the next, whole; and there is no file besides.
fn check(folder: &Path, acknowledged: &BTreeMap<String, u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let store = open(folder);
    let mut objects = 0;
    for n in 0..KEYS {
        let key = key(n);
        match runtime.block_on(store.get("photos", &key, u64::MAX)) {
            Ok(found) => {
                objects += 1;
                let n = u64::from_be_bytes(found[..8].try_into().expect("eight bytes"));
                assert_eq!(found, body(n), "{key} is whole");
                let least = acknowledged.get(&key).copied().unwrap_or_default();
                assert!(least <= n, "{key} has write {n}, and {least} was acknowledged");
            }
            Err(StoreError::NoSuchKey) => assert_eq!(acknowledged.get(&key), None, "{key} was acknowledged"),
            // Killed before it made the bucket.
            Err(StoreError::NoSuchBucket) => assert!(acknowledged.is_empty()),
            Err(other) => panic!("{other}"),
        }
    }
    let files = |folder: PathBuf| std::fs::read_dir(folder).map_or(0, Iterator::count);
    assert_eq!(
        files(folder.join("objects/photos")),
        objects,
        "nothing is left over"
    );
    assert_eq!(files(folder.join("incoming")), 0);
}
