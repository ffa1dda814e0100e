//! Starting and stopping.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use serde_json::json;
use stack::StackError;
use tempfile::TempDir;

use crate::world::{Body, World, config, echo, eventually, prepare, takes_all, template};

#[tokio::test]
async fn two_stacks_never_share_their_data() {
    let mut world = World::start(echo(), takes_all()).await;
    let refused = prepare(config(&world.folder)).await.unwrap_err();
    assert!(matches!(refused, StackError::InUse(_)));
    assert!(
        refused.to_string().starts_with("another stack is using "),
        "{refused}"
    );
    assert!(stack::is_data_dir(&world.folder.join("data")));
    world.stop().await;
    prepare(config(&world.folder)).await.unwrap();
}

#[tokio::test]
async fn a_plan_has_everything_lambda_would_give() {
    let folder = TempDir::new().unwrap();
    let prepared = prepare(config(folder.path())).await.unwrap();
    let plans = prepared.functions();
    let notes = &plans[0];
    assert_eq!(
        (notes.logical_id.as_str(), notes.binary.as_str()),
        ("NotesFunction", "notes")
    );
    assert_eq!(
        notes.arn,
        "arn:aws:lambda:eu-west-1:000000000000:function:visavis-NotesFunction"
    );
    assert_eq!(notes.env["NOTES_TABLE"], "visavis-notes");
    assert_eq!(notes.env["FILES_BUCKET"], "visavis-000000000000-files");
    assert_eq!(notes.env["AWS_ENDPOINT_URL"], prepared.aws_url());
    assert_eq!(notes.env["AWS_ACCESS_KEY_ID"], notes.access_key);
    assert_eq!((notes.timeout, notes.memory_mb), (Duration::from_secs(2), 512));
    assert_ne!(notes.access_key, plans[1].access_key);
    assert!(!format!("{notes:?}").contains(&notes.secret_key));
    assert!(
        prepared
            .not_run()
            .iter()
            .any(|it| it.name == "Alarm" && it.kind == "AWS::CloudWatch::Alarm")
    );
}

#[tokio::test]
async fn a_stack_that_cannot_run_says_why_and_where() {
    let folder = TempDir::new().unwrap();
    let message = async |change: &dyn Fn(&mut stack::Config)| {
        let mut config = config(folder.path());
        change(&mut config);
        prepare(config).await.unwrap_err().to_string()
    };
    let public = SocketAddr::from(([0, 0, 0, 0], 0));
    assert!(
        message(&|it| it.http = public)
            .await
            .contains("not a loopback address")
    );
    assert!(
        message(&|it| it.parameters.clear())
            .await
            .contains("`AdminEmail` has no default")
    );
    assert!(
        message(&|it| it.template = "nowhere.yaml".into())
            .await
            .contains("cannot read the template nowhere.yaml")
    );
    let broken = |from: &str, to: &str| {
        let path = folder.path().join("broken.yaml");
        std::fs::write(
            &path,
            std::fs::read_to_string(template()).unwrap().replacen(from, to, 1),
        )
        .unwrap();
        path
    };
    let action = broken("Action: sns:Publish", "NotAction: sns:Publish");
    let said = message(&|it| it.template.clone_from(&action)).await;
    assert!(
        said.contains("Resources.NotesFunction.Properties.Policies[1].Statement[1]"),
        "{said}"
    );
}

#[tokio::test]
async fn functions_and_template_must_agree() {
    let folder = TempDir::new().unwrap();
    let prepared = prepare(config(folder.path())).await.unwrap();
    let missing = prepared.start(BTreeMap::new()).await.unwrap_err();
    assert!(matches!(missing, StackError::MissingFunction(it) if it == "NotesFunction"));

    let text = std::fs::read_to_string(template())
        .unwrap()
        .replacen("[true]}}}}'", "true}}}}'", 1);
    let path = folder.path().join("filter.yaml");
    std::fs::write(&path, text).unwrap();
    let prepared = prepare(stack::Config {
        template: path,
        ..config(folder.path())
    })
    .await
    .unwrap();
    let invoke: stack::Invoke = Arc::new(|_, _| async { Ok(json!(null)) }.boxed());
    let invokes = prepared
        .functions()
        .into_iter()
        .map(|it| (it.logical_id, Arc::clone(&invoke)))
        .collect();
    let said = prepared.start(invokes).await.unwrap_err().to_string();
    assert!(
        said.starts_with("NotifierFunction, event Doubtful: in the filter pattern, `BOOL` must be"),
        "{said}"
    );
}

#[tokio::test]
async fn stopping_lets_a_running_request_end_and_is_bounded() {
    let body: Body = Arc::new(|_, event| {
        let quick = event["rawPath"] == "/api/notes/quick";
        async move {
            tokio::time::sleep(if quick {
                Duration::from_millis(300)
            } else {
                Duration::from_mins(10)
            })
            .await;
            Ok(json!({"statusCode": 204}))
        }
        .boxed()
    });
    let mut world = World::start(body, takes_all()).await;
    let (client, http) = (world.client.clone(), world.http.clone());
    let quick = tokio::spawn(client.get(format!("{http}/api/notes/quick")).send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.stop().await;
    assert_eq!(quick.await.unwrap().unwrap().status(), 204);
    assert!(
        client.get(format!("{http}/_stack/health")).send().await.is_err(),
        "nothing listens any more"
    );
}

#[tokio::test]
async fn stopping_ends_what_does_not_end_by_itself() {
    struct Ended(Arc<AtomicBool>);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let (started, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (running, dropped) = (Arc::clone(&started), Arc::clone(&ended));
    let stuck: Body = Arc::new(move |_, _| {
        let (running, guard) = (Arc::clone(&running), Ended(Arc::clone(&dropped)));
        async move {
            let _guard = guard;
            running.store(true, Ordering::SeqCst);
            std::future::pending().await
        }
        .boxed()
    });
    let mut world = World::start(echo(), stuck).await;
    world.write_note("stuck", true).await;
    eventually("the call", async || started.load(Ordering::SeqCst).then_some(())).await;
    let before = Instant::now();
    world.stop().await;
    assert!(
        before.elapsed() < Duration::from_secs(8),
        "{:?}",
        before.elapsed()
    );
    assert!(ended.load(Ordering::SeqCst), "nothing of the stack is left");
}

#[tokio::test]
async fn an_idle_stack_stops_at_once() {
    let mut world = World::start(echo(), takes_all()).await;
    world.write_note("a", true).await;
    assert_eq!(world.get("/api/notes").await.status(), 200);
    let started = Instant::now();
    world.stop().await;
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "{:?}",
        started.elapsed()
    );
}
