//! A process killed while it writes to tables, for real.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::json;
use stack::dynamodb::Dynamo;
use tempfile::TempDir;

use crate::{
    dynamodb::{analyses, call},
    servers::{ACCOUNT, REGION},
};

/// Names the folder to the child; without it the child's half of the test has nothing to do.
const FOLDER: &str = "STACK_TEST_KILLED_TABLES";
const ROUNDS: u64 = 4;

fn open(folder: &Path) -> Dynamo {
    Dynamo::open(&folder.join("dynamodb.sqlite"), REGION, ACCOUNT).expect("a store")
}

/// The child: writes an item, then a note, and says so, until it is killed.
#[tokio::test]
async fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let dynamo = open(&folder);
    dynamo.create_table(&analyses()).await.expect("a table");
    let noted = dynamo.note("last").await.expect("readable");
    let first = noted.map_or(0, |it| it.parse::<u64>().expect("a number") + 1);
    for n in first.. {
        let item =
            json!({"userId": {"S": "u"}, "analysisId": {"S": format!("{n:09}")}, "list": {"S": "all"}});
        call(
            &dynamo,
            "PutItem",
            json!({"TableName": "visavis-analyses", "Item": item}),
        )
        .await;
        dynamo.set_note("last", &n.to_string()).await.expect("noted");
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged {n}").expect("said");
        out.flush().expect("said");
    }
}

#[test]
fn a_killed_writer_leaves_every_acknowledged_item_its_index_and_its_record() {
    let folder = TempDir::new().expect("a folder");
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args([
                "--exact",
                "dynamodb_killed::writes_until_it_is_killed",
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
        check(folder.path(), writes.into_iter().max());
    }
}

fn check(folder: &Path, acknowledged: Option<u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let dynamo = open(folder);
        dynamo
            .create_table(&analyses())
            .await
            .expect("the table, or a new one");
        let count = |index: Option<&str>| {
            let mut scan = json!({"TableName": "visavis-analyses", "Select": "COUNT"});
            if let Some(index) = index {
                scan["IndexName"] = index.into();
            }
            let dynamo = &dynamo;
            async move {
                call(dynamo, "Scan", scan).await["Count"]
                    .as_u64()
                    .expect("a count")
            }
        };
        let items = count(None).await;
        let least = acknowledged.map_or(0, |it| it + 1);
        assert!(
            least <= items && items <= least + 1,
            "{items} items, {least} acknowledged"
        );
        assert_eq!(
            count(Some("by-list")).await,
            items,
            "the index has what the table has"
        );
        let (mut records, mut after) = (0, None);
        loop {
            let batch = dynamo
                .stream_records("visavis-analyses", after.as_deref(), 1000)
                .await
                .expect("records");
            let Some(last) = batch.last() else { break };
            records += batch
                .iter()
                .filter(|it| it.event["eventName"] == "INSERT")
                .count() as u64;
            after = Some(last.sequence_number.clone());
        }
        assert_eq!(records, items, "each item has its record");
        let note = dynamo
            .note("last")
            .await
            .expect("readable")
            .map(|it| it.parse::<u64>().expect("a number"));
        assert!(
            note >= acknowledged,
            "the note {note:?} is not older than {acknowledged:?}"
        );
    });
}
