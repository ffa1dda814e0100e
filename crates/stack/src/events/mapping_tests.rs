use std::sync::{Mutex, PoisonError};

use futures::{FutureExt as _, future::BoxFuture};

use super::*;

/// Everything a mapping meets, in memory; a clone sees the same world.
#[derive(Clone, Default)]
struct World {
    stream: Arc<Mutex<Vec<StreamRecord>>>,
    checkpoint: Arc<Mutex<Option<String>>>,
    dead: Arc<Mutex<Vec<Value>>>,
    /// Numbers of the records in each invocation.
    calls: Arc<Mutex<Vec<Vec<u64>>>>,
    now_ms: Arc<Mutex<i64>>,
    /// Whether the function never answers.
    hangs: Arc<Mutex<bool>>,
    /// Whether the destination refuses.
    full: Arc<Mutex<bool>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Source for World {
    fn read<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StreamRecord>, AwsError>> {
        let stream = lock(&self.stream);
        let found = stream
            .iter()
            .filter(|it| after.is_none_or(|after| after < it.sequence_number.as_str()));
        let found: Vec<_> = found.take(limit).cloned().collect();
        async move { Ok(found) }.boxed()
    }
}

impl Checkpoints for World {
    fn load<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<String>, AwsError>> {
        let saved = lock(&self.checkpoint).clone();
        async move { Ok(saved) }.boxed()
    }

    fn save<'a>(&'a self, _: &'a str, sequence_number: &'a str) -> BoxFuture<'a, Result<(), AwsError>> {
        *lock(&self.checkpoint) = Some(sequence_number.to_owned());
        async { Ok(()) }.boxed()
    }
}

impl Destination for World {
    fn send(&self, record: Value) -> BoxFuture<'_, std::io::Result<()>> {
        let full = *lock(&self.full);
        if !full {
            lock(&self.dead).push(record);
        }
        async move {
            if full {
                Err(std::io::ErrorKind::StorageFull.into())
            } else {
                Ok(())
            }
        }
        .boxed()
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(*lock(&self.now_ms)).unwrap()
    }
}

impl World {
    fn write(&self, number: u64, wanted: bool) {
        let event = json!({
            "dynamodb": {
                "SequenceNumber": format!("{number:04}"),
                "ApproximateCreationDateTime": *lock(&self.now_ms) as f64 / 1000.0,
                "NewImage": {"number": {"N": number.to_string()}, "wanted": {"BOOL": wanted}},
            },
        });
        lock(&self.stream).push(StreamRecord {
            sequence_number: format!("{number:04}"),
            event,
        });
    }

    fn advance(&self, ms: i64) {
        *lock(&self.now_ms) += ms;
    }

    fn calls(&self) -> Vec<Vec<u64>> {
        lock(&self.calls).clone()
    }

    fn checkpoint(&self) -> Option<String> {
        lock(&self.checkpoint).clone()
    }

    /// A mapping whose function answers by `answer`, given the number of the call (from 0) and the records' numbers.
    fn mapping(
        &self,
        change: impl FnOnce(&mut StreamMappingSpec),
        answer: impl Fn(usize, &[u64]) -> Result<Value, InvokeFailure> + Send + Sync + 'static,
    ) -> Mapping {
        let mut spec = StreamMappingSpec {
            event: "Wanted".into(),
            stream_arn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/x".into(),
            from_start: true,
            batch_size: 10,
            batching_window_s: 0,
            filters: vec![r#"{"dynamodb":{"NewImage":{"wanted":{"BOOL":[true]}}}}"#.into()],
            max_retries: Some(5),
            max_record_age_s: None,
            bisect: false,
            report_item_failures: true,
            on_failure: None,
        };
        change(&mut spec);
        let (calls, hangs) = (Arc::clone(&self.calls), Arc::clone(&self.hangs));
        let target: Target = Arc::new(move |event: Value| {
            let numbers: Vec<u64> = event["Records"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| {
                    it["dynamodb"]["NewImage"]["number"]["N"]
                        .as_str()
                        .unwrap()
                        .parse()
                        .unwrap()
                })
                .collect();
            let mut calls = lock(&calls);
            let result = answer(calls.len(), &numbers);
            calls.push(numbers);
            let request_id = format!("request-{}", calls.len());
            if *lock(&hangs) {
                return futures::future::pending().boxed();
            }
            async move { (request_id, result) }.boxed()
        });
        let world = Arc::new(self.clone());
        Mapping::new(Parts {
            name: "F.Wanted".into(),
            spec,
            function_arn: "arn:f".into(),
            table: "t".into(),
            source: Arc::<World>::clone(&world),
            checkpoints: Arc::<World>::clone(&world),
            destination: Some(Arc::<World>::clone(&world) as Arc<dyn Destination>),
            target,
            clock: world,
        })
        .unwrap()
    }
}

/// Steps until nothing moves.
async fn settle(mapping: &mut Mapping) {
    while mapping.step().await.unwrap() == Step::Progressed {}
}

fn fails<T>() -> Result<T, InvokeFailure> {
    Err(InvokeFailure::new("Unhandled", "on purpose"))
}

#[tokio::test]
async fn a_notifier_that_fails_twice_delivers_once() {
    let world = World::default();
    let delivered = Arc::new(Mutex::new(Vec::new()));
    let sent = Arc::clone(&delivered);
    let mut mapping = world.mapping(
        |_| {},
        move |call, numbers| {
            if call < 2 {
                return fails();
            }
            lock(&sent).extend_from_slice(numbers);
            Ok(json!({"batchItemFailures": []}))
        },
    );
    world.write(1, true);
    settle(&mut mapping).await;
    assert_eq!(world.calls().len(), 1, "the retry waits for its time");
    world.advance(249);
    settle(&mut mapping).await;
    assert_eq!(world.calls().len(), 1);
    world.advance(1);
    settle(&mut mapping).await;
    world.advance(500);
    settle(&mut mapping).await;
    assert_eq!(world.calls(), [[1], [1], [1]]);
    world.advance(60_000);
    settle(&mut mapping).await;
    assert_eq!(*lock(&delivered), [1]);
    assert!(lock(&world.dead).is_empty());
}

#[tokio::test]
async fn only_wanted_records_arrive_in_order_and_in_batches() {
    let world = World::default();
    let mut mapping = world.mapping(|it| it.batch_size = 2, |_, _| Ok(json!(null)));
    for number in 1..=7 {
        world.write(number, number % 3 != 0);
    }
    settle(&mut mapping).await;
    assert_eq!(world.calls(), [vec![1, 2], vec![4, 5], vec![7]]);
    world.write(8, false);
    settle(&mut mapping).await;
    assert_eq!(
        world.checkpoint().unwrap(),
        "0008",
        "what nobody wants is passed, too"
    );
}

#[tokio::test]
async fn after_a_kill_the_next_process_goes_on_where_the_last_success_was() {
    let world = World::default();
    for number in 1..=4 {
        world.write(number, true);
    }
    let mut mapping = world.mapping(
        |it| it.batch_size = 2,
        |call, _| if call == 0 { Ok(json!({})) } else { fails() },
    );
    settle(&mut mapping).await;
    assert_eq!(world.checkpoint().unwrap(), "0002");
    drop(mapping);

    let mut again = world.mapping(|it| it.batch_size = 2, |_, _| Ok(json!({})));
    settle(&mut again).await;
    assert_eq!(world.calls(), [[1, 2], [3, 4], [3, 4]]);
    assert_eq!(world.checkpoint().unwrap(), "0004");
}

#[tokio::test]
async fn a_batch_that_was_under_way_at_a_kill_comes_again() {
    let world = World::default();
    for number in 1..=3 {
        world.write(number, number != 2);
    }
    *lock(&world.hangs) = true;
    let mut mapping = world.mapping(|_| {}, |_, _| Ok(json!({})));
    assert_eq!(mapping.step().await.unwrap(), Step::Progressed, "read");
    assert!(mapping.step().now_or_never().is_none(), "waits for the function");
    assert_eq!(world.checkpoint(), None);
    drop(mapping);

    *lock(&world.hangs) = false;
    let mut again = world.mapping(|_| {}, |_, _| Ok(json!({})));
    settle(&mut again).await;
    assert_eq!(world.calls(), [[1, 3], [1, 3]]);
    assert_eq!(world.checkpoint().unwrap(), "0003");
}

#[tokio::test]
async fn a_partial_failure_is_retried_from_the_record_it_names() {
    let world = World::default();
    let mut mapping = world.mapping(
        |_| {},
        |call, _| {
            Ok(if call == 0 {
                json!({"batchItemFailures": [{"itemIdentifier": "0002"}]})
            } else {
                json!({})
            })
        },
    );
    for number in 1..=3 {
        world.write(number, true);
    }
    settle(&mut mapping).await;
    assert_eq!(world.checkpoint().unwrap(), "0001");
    world.advance(1_000);
    settle(&mut mapping).await;
    assert_eq!(world.calls(), [vec![1, 2, 3], vec![2, 3]]);
}

#[tokio::test]
async fn without_reporting_an_answer_is_success_whatever_it_says() {
    let world = World::default();
    let mut mapping = world.mapping(
        |it| it.report_item_failures = false,
        |_, _| Ok(json!({"batchItemFailures": "x"})),
    );
    world.write(1, true);
    settle(&mut mapping).await;
    assert_eq!(
        (world.calls().len(), world.checkpoint().unwrap()),
        (1, "0001".to_owned())
    );
}

#[tokio::test]
async fn a_poisonous_record_ends_in_the_dead_letters_and_the_others_are_delivered() {
    let world = World::default();
    let mut mapping = world.mapping(
        |it| (it.bisect, it.max_retries) = (true, Some(1)),
        |_, numbers| {
            if numbers.contains(&3) {
                fails()
            } else {
                Ok(json!({}))
            }
        },
    );
    for number in 1..=4 {
        world.write(number, true);
    }
    for _ in 0..10 {
        settle(&mut mapping).await;
        world.advance(60_000);
    }
    let dead = lock(&world.dead).clone();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(dead[0]["DDBStreamBatchInfo"]["startSequenceNumber"], "0003");
    assert_eq!(dead[0]["DDBStreamBatchInfo"]["endSequenceNumber"], "0003");
    assert_eq!(world.calls().last().unwrap(), &[4]);
    assert_eq!(world.checkpoint().unwrap(), "0004");
}

#[tokio::test]
async fn a_batch_is_not_forgotten_because_its_destination_fails() {
    let world = World::default();
    *lock(&world.full) = true;
    let mut mapping = world.mapping(|it| it.max_retries = Some(0), |_, _| fails());
    world.write(1, true);
    mapping.step().await.unwrap();
    assert!(mapping.step().await.is_err());
    assert_eq!(world.checkpoint(), None);
    *lock(&world.full) = false;
    settle(&mut mapping).await;
    assert_eq!(lock(&world.dead).len(), 1);
    assert_eq!(world.checkpoint().unwrap(), "0001");
}

#[tokio::test]
async fn a_record_that_waited_too_long_is_given_up_without_a_further_call() {
    let world = World::default();
    let mut mapping = world.mapping(
        |it| (it.max_retries, it.max_record_age_s) = (None, Some(60)),
        |_, _| fails(),
    );
    world.write(1, true);
    for _ in 0..20 {
        settle(&mut mapping).await;
        world.advance(10_000);
    }
    let dead = lock(&world.dead).clone();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(dead[0].get("responseContext"), None);
}

#[tokio::test]
async fn latest_leaves_what_was_there_before_and_does_so_once() {
    let world = World::default();
    world.write(1, true);
    let mut mapping = world.mapping(|it| it.from_start = false, |_, _| Ok(json!({})));
    settle(&mut mapping).await;
    drop(mapping);
    world.write(2, true);
    let mut again = world.mapping(|it| it.from_start = false, |_, _| Ok(json!({})));
    settle(&mut again).await;
    assert_eq!(world.calls(), [[2]]);
}

#[tokio::test]
async fn a_batching_window_gathers_until_it_is_over_or_the_batch_is_full() {
    let world = World::default();
    let mut mapping = world.mapping(
        |it| (it.batch_size, it.batching_window_s) = (3, 5),
        |_, _| Ok(json!({})),
    );
    world.write(1, true);
    settle(&mut mapping).await;
    world.write(2, true);
    world.advance(4_999);
    settle(&mut mapping).await;
    assert!(world.calls().is_empty());
    world.advance(1);
    settle(&mut mapping).await;
    assert_eq!(world.calls(), [[1, 2]]);
    for number in 3..=5 {
        world.write(number, true);
    }
    settle(&mut mapping).await;
    assert_eq!(world.calls()[1], [3, 4, 5]);
}
