//! From a row to an alert, through failures and restarts.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures::FutureExt as _;
use serde_json::{Value, json};
use stack::InvokeFailure;
use tempfile::TempDir;

use crate::world::{Body, World, echo, eventually, sdk, takes_all};

/// Publishes one message per record, with the credentials of the function.
fn notifier(aws: Arc<Mutex<String>>) -> Body {
    Arc::new(move |plan, event| {
        let url = aws.lock().unwrap().clone();
        async move {
            let topics = aws_sdk_sns::Client::new(&sdk(&url, &plan.access_key, &plan.secret_key).await);
            for record in event["Records"].as_array().unwrap() {
                let pk = record["dynamodb"]["NewImage"]["pk"]["S"].as_str().unwrap();
                let topic = "arn:aws:sns:eu-west-1:000000000000:visavis-AlertsTopic";
                topics
                    .publish()
                    .topic_arn(topic)
                    .message(format!("doubtful: {pk}"))
                    .send()
                    .await
                    .map_err(|error| InvokeFailure::new("Unhandled", error.to_string()))?;
            }
            Ok(json!({"batchItemFailures": []}))
        }
        .boxed()
    })
}

#[tokio::test]
async fn an_alert_is_sent_once_although_its_notifier_fails_twice() {
    let aws = Arc::new(Mutex::new(String::new()));
    let world = World::start(echo(), notifier(Arc::clone(&aws))).await;
    aws.lock().unwrap().clone_from(&world.aws);
    let faults = world.client.post(format!("{}/_stack/faults", world.http));
    let faults = faults
        .json(&json!({"function": "NotifierFunction", "failNext": 2}))
        .send()
        .await
        .unwrap();
    assert_eq!(faults.status(), 200);
    world.write_note("clear", false).await;
    world.write_note("blurred", true).await;
    eventually("the alert", async || {
        (!world.messages("/_stack/outbox.json").await.is_empty()).then_some(())
    })
    .await;
    world.write_note("dark", true).await;
    let messages = eventually("the second alert", async || {
        let messages = world.messages("/_stack/outbox.json").await;
        (messages.len() == 2).then_some(messages)
    })
    .await;
    let bodies: Vec<&str> = messages.iter().map(|it| it["body"].as_str().unwrap()).collect();
    assert_eq!(
        bodies,
        ["doubtful: dark", "doubtful: blurred"],
        "newest first, each once"
    );
    assert!(world.messages("/_stack/dead-letters.json").await.is_empty());
}

#[tokio::test]
async fn what_no_retry_delivers_ends_as_a_dead_letter_that_survives_a_restart() {
    let mut world = World::start(echo(), takes_all()).await;
    let faults = world.client.post(format!("{}/_stack/faults", world.http));
    faults
        .json(&json!({"function": "NotifierFunction", "failNext": 1000}))
        .send()
        .await
        .unwrap();
    world.write_note("blurred", true).await;
    let letters = eventually("the dead letter", async || {
        let letters = world.messages("/_stack/dead-letters.json").await;
        (!letters.is_empty()).then_some(letters)
    })
    .await;
    let record = &letters[0]["record"];
    assert_eq!(
        letters[0]["destinationArn"],
        "arn:aws:sqs:eu-west-1:000000000000:visavis-DeadLetters"
    );
    assert_eq!(record["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(
        record["requestContext"]["approximateInvokeCount"], 3,
        "MaximumRetryAttempts is 2"
    );
    assert_eq!(record["DDBStreamBatchInfo"]["batchSize"], 1);
    assert!(
        record["DDBStreamBatchInfo"]["streamArn"]
            .as_str()
            .unwrap()
            .contains("table/visavis-notes/stream/")
    );
    world.stop().await;

    let again = World::start_in(&world.folder, |_| {}, echo(), takes_all()).await;
    assert_eq!(again.messages("/_stack/dead-letters.json").await, letters);
}

#[tokio::test]
async fn a_record_that_was_not_delivered_before_a_crash_is_delivered_after_it() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let works = Arc::new(AtomicBool::new(true));
    let (log, working) = (Arc::clone(&seen), Arc::clone(&works));
    let body: Body = Arc::new(move |_, event: Value| {
        let (log, works) = (Arc::clone(&log), working.load(Ordering::SeqCst));
        async move {
            if !works {
                return Err(InvokeFailure::new("Unhandled", "on purpose"));
            }
            for record in event["Records"].as_array().unwrap() {
                log.lock().unwrap().push(
                    record["dynamodb"]["NewImage"]["pk"]["S"]
                        .as_str()
                        .unwrap()
                        .to_owned(),
                );
            }
            Ok(json!({}))
        }
        .boxed()
    });
    let data = TempDir::new().unwrap();
    let mut world = World::start_in(data.path(), |_| {}, echo(), Arc::clone(&body)).await;
    world.write_note("first", true).await;
    eventually("the first record", async || {
        (seen.lock().unwrap().len() == 1).then_some(())
    })
    .await;
    works.store(false, Ordering::SeqCst);
    world.write_note("second", true).await;
    // Not stopped: ended in the middle of whatever it does.
    drop(world.running.take());

    works.store(true, Ordering::SeqCst);
    let again = eventually("the data folder", async || {
        let config = crate::world::config(data.path());
        drop(crate::world::prepare(config).await.ok()?);
        Some(World::start_in(data.path(), |_| {}, echo(), Arc::clone(&body)).await)
    })
    .await;
    again.write_note("third", true).await;
    eventually("the others", async || {
        (seen.lock().unwrap().len() == 3).then_some(())
    })
    .await;
    assert_eq!(
        *seen.lock().unwrap(),
        ["first", "second", "third"],
        "in order, and the first not again"
    );
}

#[tokio::test]
async fn a_test_can_decide_about_every_attempt() {
    let seen: Arc<Mutex<Vec<u64>>> = Arc::default();
    let attempts = Arc::clone(&seen);
    let data = TempDir::new().unwrap();
    let world = World::start_in(
        data.path(),
        move |config| {
            config.invoke_failures = Some(Arc::new(move |function, attempt| {
                function == "NotesFunction" && {
                    attempts.lock().unwrap().push(attempt);
                    attempt == 1
                }
            }));
        },
        echo(),
        takes_all(),
    )
    .await;
    assert_eq!(world.get("/api/notes").await.status(), 500);
    assert_eq!(world.get("/api/notes").await.status(), 200);
    assert_eq!(*seen.lock().unwrap(), [1, 2]);
}
