use std::sync::{Arc, Mutex};

use domain::Fault;
use lambda_kit::{Function, Invocation};
use serde_json::{Value, json};

use super::*;

/// A topic that remembers what it was told, and fails as often as it is set to.
#[derive(Default)]
struct Topic {
    told: Mutex<Vec<Alert>>,
    failures: Mutex<u32>,
}

impl Topic {
    fn failing(times: u32) -> Arc<Self> {
        Arc::new(Self {
            failures: Mutex::new(times),
            ..Self::default()
        })
    }

    fn told(&self) -> Vec<Alert> {
        self.told.lock().unwrap().clone()
    }
}

impl SendAlert for Topic {
    async fn send_alert(&self, alert: &Alert) -> Result<(), Fault> {
        let mut failures = self.failures.lock().unwrap();
        if 0 < *failures {
            *failures -= 1;
            return Err(Fault::later("SendAlert", "throttled"));
        }
        self.told.lock().unwrap().push(alert.clone());
        Ok(())
    }
}

fn function(topic: &Arc<Topic>) -> Function {
    crate::adapters::function(topic.clone(), Some("https://faces.example.org".to_owned()))
}

fn event(name: &str) -> Value {
    let path = format!(
        "{}/../../events/low-confidence-notifier/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Sequence numbers of the records that failed.
async fn failed(function: &Function, event: Value) -> Vec<String> {
    let answer = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap().clone();
    failures
        .iter()
        .map(|it| it["itemIdentifier"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_event_is_told_once_for_each_record() {
    let folder = format!(
        "{}/../../events/low-confidence-notifier",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut n_events = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let event = event(name.strip_suffix(".json").unwrap());
        let n_records = event["Records"].as_array().unwrap().len();
        let topic = Topic::failing(0);
        assert_eq!(failed(&function(&topic), event).await, [] as [&str; 0], "{name}");
        assert_eq!(topic.told().len(), n_records, "{name}");
        n_events += 1;
    }
    assert!(0 < n_events);
}

#[tokio::test]
async fn a_photo_without_a_face_is_told_without_saying_whose() {
    let topic = Topic::failing(0);
    failed(&function(&topic), event("no-face")).await;
    let [alert] = topic.told().try_into().unwrap();
    assert_eq!(alert.subject, "Visavis: no face found");
    assert_eq!(
        alert.text,
        "No face was found in a photo.\n\n\
         Analysis: 01890a5e-0000-7000-8000-000000000000\n\
         Time: 2026-11-20 11:01:00 UTC\n\
         Faces: 0\n\n\
         Whoever took the photo can see the analysis at\n\
         https://faces.example.org/analyses/01890a5e-0000-7000-8000-000000000000\n"
    );
    let owner = event("no-face")["Records"][0]["dynamodb"]["NewImage"]["userId"]["S"].clone();
    assert!(!alert.text.contains(owner.as_str().unwrap()));
    assert_eq!(
        alert.attributes,
        [
            ("kind", "no-face".to_owned()),
            ("analysisId", "01890a5e-0000-7000-8000-000000000000".to_owned())
        ]
    );
}

#[test]
fn a_doubtful_face_is_told_with_its_confidence_and_without_a_site_without_a_link() {
    let record: StreamRecord = serde_json::from_value(event("doubtful-face")["Records"][0].clone()).unwrap();
    let News::Doubtful(doubtful) = record.news() else {
        panic!("doubtful")
    };
    let alert = alert(&doubtful, None);
    assert_eq!(alert.subject, "Visavis: best face at 41.7 %");
    assert!(!alert.text.contains("http"), "{}", alert.text);
    // Amazon SNS, Publish: at most 100 characters of ASCII.
    assert!(alert.subject.is_ascii() && alert.subject.len() <= 100);
}

#[tokio::test]
async fn one_record_that_fails_does_not_fail_its_neighbors_and_comes_again_alone() {
    let topic = Topic::failing(1);
    let function = function(&topic);
    let batch = event("three-records");
    assert_eq!(failed(&function, batch.clone()).await, ["111100000000000000003"]);
    assert_eq!(topic.told().len(), 2);
    // The stream resumes at the failed record and brings its neighbors along.
    assert_eq!(failed(&function, batch).await, [] as [&str; 0]);
    assert_eq!(topic.told().len(), 3);
}

#[tokio::test]
async fn a_record_that_is_no_analysis_is_reported_and_the_others_are_told() {
    let mut batch = event("three-records");
    batch["Records"][1]["dynamodb"]["NewImage"] = json!({ "lowConfidence": "yes" });
    let topic = Topic::failing(0);
    assert_eq!(failed(&function(&topic), batch).await, ["111100000000000000004"]);
    assert_eq!(topic.told().len(), 2);

    for (member, value) in [
        ("analysisId", json!({ "S": "x" })),
        ("createdAt", json!({ "S": "yesterday" })),
        ("faceCount", json!({ "N": "-1" })),
        ("bestConfidence", json!({ "N": "high" })),
    ] {
        let mut batch = event("doubtful-face");
        batch["Records"][0]["dynamodb"]["NewImage"][member] = value;
        assert_eq!(
            failed(&function(&Topic::failing(0)), batch).await.len(),
            1,
            "{member}"
        );
    }
}

#[tokio::test]
async fn what_the_filter_should_have_kept_away_is_not_told() {
    let topic = Topic::failing(0);
    let function = function(&topic);
    for name in ["MODIFY", "REMOVE"] {
        let mut batch = event("no-face");
        batch["Records"][0]["eventName"] = name.into();
        assert_eq!(failed(&function, batch).await, [] as [&str; 0]);
    }
    let mut batch = event("no-face");
    batch["Records"][0]["eventName"] = "MODIFY".into();
    batch["Records"][0]["dynamodb"]["NewImage"] = json!({ "erased": { "BOOL": true } });
    batch["Records"][0]["dynamodb"]["SequenceNumber"] = "4".into();
    assert_eq!(failed(&function, batch).await, [] as [&str; 0]);
    let mut batch = event("no-face");
    batch["Records"][0]["dynamodb"]["NewImage"]["lowConfidence"]["BOOL"] = false.into();
    batch["Records"][0]["dynamodb"]["SequenceNumber"] = "2".into();
    assert_eq!(failed(&function, batch).await, [] as [&str; 0]);
    let mut batch = event("no-face");
    batch["Records"][0]["dynamodb"]
        .as_object_mut()
        .unwrap()
        .remove("NewImage");
    batch["Records"][0]["dynamodb"]["SequenceNumber"] = "3".into();
    assert_eq!(failed(&function, batch).await, [] as [&str; 0]);
    assert_eq!(topic.told(), []);
}

#[tokio::test]
async fn a_record_without_a_sequence_number_fails_the_batch() {
    let mut batch = event("no-face");
    batch["Records"][0]["dynamodb"]
        .as_object_mut()
        .unwrap()
        .remove("SequenceNumber");
    let topic = Topic::failing(0);
    function(&topic)
        .invoke(batch, Invocation::new("req-1"))
        .await
        .unwrap_err();
    assert_eq!(topic.told(), []);
}
