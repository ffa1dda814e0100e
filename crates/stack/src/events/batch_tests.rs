use serde_json::json;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn record(number: u32) -> StreamRecord {
    StreamRecord {
        sequence_number: number.to_string(),
        event: json!({"dynamodb": {"ApproximateCreationDateTime": number}}),
    }
}

fn batch(numbers: &[u32]) -> Batch {
    Batch::new(numbers.iter().map(|it| record(*it)).collect())
}

fn numbers(batch: &Batch) -> Vec<&str> {
    batch
        .records
        .iter()
        .map(|it| it.sequence_number.as_str())
        .collect()
}

const PLAIN: RetryPolicy = RetryPolicy {
    max_retries: Some(2),
    max_age: None,
    bisect: false,
};
const BISECT: RetryPolicy = RetryPolicy {
    bisect: true,
    ..PLAIN
};

#[test]
fn success_is_a_checkpoint_at_the_last_record() {
    let next = batch(&[1, 2]).after(Verdict::Done, PLAIN, at(0));
    assert_eq!(
        next,
        Next {
            done: Some("2".into()),
            ..Next::default()
        }
    );
}

#[test]
fn a_partial_failure_keeps_what_came_before_and_retries_from_there() {
    for policy in [PLAIN, BISECT] {
        let next = batch(&[1, 2, 3]).after(Verdict::FailedFrom(1), policy, at(0));
        assert_eq!(next.done.as_deref(), Some("1"));
        assert_eq!(next.again.iter().map(numbers).collect::<Vec<_>>(), [["2", "3"]]);
        assert_eq!((next.again[0].failures, next.again[0].invocations), (1, 1));
    }
}

#[test]
fn a_failed_batch_waits_longer_each_time_and_is_then_given_up() {
    let mut batch = batch(&[1, 2]);
    for expected_ms in [250, 500] {
        let mut next = batch.after(Verdict::Failed, PLAIN, at(100));
        assert_eq!((next.done, next.given_up), (None, None));
        batch = next.again.remove(0);
        assert_eq!(
            batch.not_before.unwrap().duration_since(at(100)).as_millis(),
            expected_ms
        );
    }
    let next = batch.after(Verdict::FailedFrom(0), PLAIN, at(100));
    let (given_up, condition) = next.given_up.unwrap();
    assert_eq!(
        (condition, given_up.invocations),
        (Condition::RetryAttemptsExhausted, 3)
    );
    assert_eq!(numbers(&given_up), ["1", "2"]);
    assert!(next.again.is_empty() && next.done.is_none());
}

#[test]
fn without_a_limit_a_batch_is_retried_for_ever() {
    let policy = RetryPolicy {
        max_retries: None,
        ..PLAIN
    };
    let mut batch = batch(&[1]);
    for _ in 0..1_000 {
        batch = batch.after(Verdict::Failed, policy, at(0)).again.remove(0);
    }
    assert_eq!(batch.not_before.unwrap().duration_since(at(0)), MAX_BACKOFF);
}

#[test]
fn bisecting_halves_without_counting_and_isolates_the_poisonous_record() {
    let next = batch(&[1, 2, 3]).after(Verdict::Failed, BISECT, at(0));
    assert_eq!(
        next.again.iter().map(numbers).collect::<Vec<_>>(),
        [vec!["1"], vec!["2", "3"]]
    );
    assert!(next.again.iter().all(|it| it.failures == 0));

    // Record 3 fails whatever it is with; it alone is given up.
    let mut queue: VecDeque<Batch> = [batch(&[1, 2, 3, 4])].into();
    let (mut done, mut given_up) = (Vec::new(), Vec::new());
    while let Some(current) = queue.pop_front() {
        let verdict = if numbers(&current).contains(&"3") {
            Verdict::Failed
        } else {
            Verdict::Done
        };
        let delivered: Vec<String> = numbers(&current).into_iter().map(str::to_owned).collect();
        let next = current.after(verdict, BISECT, at(0));
        if next.done.is_some() {
            done.extend(delivered);
        }
        given_up.extend(next.given_up.map(|(it, _)| numbers(&it).join(",")));
        for it in next.again.into_iter().rev() {
            queue.push_front(it);
        }
    }
    assert_eq!(
        (done, given_up),
        (vec!["1".into(), "2".into(), "4".into()], vec!["3".into()])
    );
}

#[test]
fn records_that_are_too_old_are_taken_off_the_front() {
    let policy = RetryPolicy {
        max_age: Some(SignedDuration::from_secs(10)),
        ..PLAIN
    };
    let mut waiting = batch(&[100, 105, 115]);
    let expired = waiting.split_expired(policy, at(116)).unwrap();
    assert_eq!(
        (numbers(&expired), numbers(&waiting)),
        (vec!["100", "105"], vec!["115"])
    );
    assert!(waiting.split_expired(policy, at(116)).is_none());
    assert!(batch(&[1]).split_expired(PLAIN, at(1_000_000)).is_none());
}

#[test]
fn batches_are_cut_by_number_and_by_size() {
    let cut_into = |max_records, max_bytes| {
        let records = (1..=5).map(record).collect();
        cut(records, max_records, max_bytes)
            .iter()
            .map(|it| it.records.len())
            .collect::<Vec<_>>()
    };
    assert_eq!(cut_into(2, usize::MAX), [2, 2, 1]);
    let one = record(1).event.to_string().len();
    assert_eq!(cut_into(100, 3 * one), [3, 2]);
    assert_eq!(cut_into(100, 1), [1, 1, 1, 1, 1]);
}
