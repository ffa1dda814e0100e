//! Chains over a table in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex as SyncMutex},
};

use api::wire::AuditEvent;
use domain::{UserId, audit::NO_HASH};
use jiff::{SignedDuration, Timestamp};

use super::*;

type Rows = Arc<SyncMutex<BTreeMap<(u8, u64), AuditRow>>>;

struct Standing(SyncMutex<Timestamp>);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

struct World {
    rows: Rows,
    clock: Arc<Standing>,
}

impl World {
    fn new() -> Self {
        Self {
            rows: Rows::default(),
            clock: Arc::new(Standing(SyncMutex::new("2026-11-21T12:00:00Z".parse().unwrap()))),
        }
    }

    /// Another instance of a function.
    fn trail(&self) -> Trail {
        crate::testing::trail_over(self.clock.clone(), self.rows.clone())
    }

    fn wait(&self, days: i64) {
        *self.clock.0.lock().unwrap() += SignedDuration::from_hours(24 * days);
    }

    /// The only chain with entries.
    fn chain(&self) -> Vec<AuditRow> {
        let rows: Vec<_> = self.rows.lock().unwrap().values().cloned().collect();
        assert!(rows.windows(2).all(|it| it[0].chain == it[1].chain));
        rows
    }

    fn replace(&self, rows: &[AuditRow]) {
        let rows = rows.iter().map(|it| ((it.chain, it.number), it.clone()));
        *self.rows.lock().unwrap() = rows.collect();
    }

    async fn with_entries(n: usize) -> Self {
        let world = Self::new();
        let trail = world.trail();
        for _ in 0..n {
            trail.record(signed_in()).await;
        }
        world
    }

    /// Why the chain is not what was written, and where.
    async fn found(&self, heads: &[Head]) -> Option<(u64, Reason)> {
        let verified = self.trail().verify(heads).await.unwrap();
        assert!(verified.bad.len() <= 1);
        verified.bad.first().map(|it| (it.number, it.reason))
    }
}

fn user() -> UserId {
    UserId::parse("01890a5e-0000-7000-8000-000000000001").unwrap()
}

fn signed_in() -> Happened {
    Happened::done(AuditEvent::SignIn).by(user())
}

#[tokio::test]
async fn entries_follow_each_other() {
    let world = World::with_entries(3).await;
    let rows = world.chain();
    assert_eq!(rows.iter().map(|it| it.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(rows[0].previous, NO_HASH);
    assert!(rows.windows(2).all(|it| it[1].previous == it[0].hash));
    let verified = world.trail().verify(&[]).await.unwrap();
    assert_eq!((verified.n_entries, verified.bad.len()), (3, 0));
    assert_eq!(verified.heads[0].number, 3);
    assert_eq!(verified.heads[0].hash, parse(&rows[2]).unwrap().hash);
    // An entry outlives its retention by less than two seconds.
    let at_s = "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap().as_second();
    assert_eq!(rows[0].expires_at_s, at_s + 400 * 24 * 60 * 60 + 1);
}

#[test]
fn the_text_is_the_documented_one() {
    let at = "2026-11-21T12:00:00Z".parse().unwrap();
    let happened = signed_in()
        .to(user().as_uuid())
        .from(Some(Network::of("192.0.2.44".parse().unwrap())));
    let row = entry::link((3, None), (user().as_uuid(), at), &happened).unwrap();
    assert_eq!(
        row.text,
        r#"{"v":1,"chain":3,"number":1,"id":"01890a5e-0000-7000-8000-000000000001","atMs":1795262400000,"previousAtMs":null,"event":"sign-in","outcome":"done","userId":"01890a5e-0000-7000-8000-000000000001","apiKeyId":null,"subjectId":"01890a5e-0000-7000-8000-000000000001","network":"192.0.2.0/24"}"#
    );
}

#[tokio::test]
async fn fifty_instances_at_once_leave_no_gap_and_no_number_twice() {
    let world = World::new();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let trail = world.trail();
        tasks.spawn(async move { trail.record(signed_in()).await });
    }
    tasks.join_all().await;
    let numbers: Vec<_> = world.chain().iter().map(|it| it.number).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    assert_eq!(world.found(&[]).await, None);
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    let world = World::with_entries(5).await;
    let rows = world.chain();
    let changes: [fn(&mut AuditRow); 6] = [
        |it| it.text = it.text.replace("done", "refused"),
        |it| it.text.push(' '),
        |it| it.text.clear(),
        |it| it.hash[0] ^= 1,
        |it| it.previous[0] ^= 1,
        |it| it.text = it.text.replace("\"number\":3", "\"number\":4"),
    ];
    for change in changes {
        let mut changed = rows.clone();
        change(&mut changed[2]);
        world.replace(&changed);
        assert_eq!(world.found(&[]).await, Some((3, Reason::Changed)));
    }
}

#[tokio::test]
async fn a_removed_entry_is_found_wherever_it_was() {
    let world = World::with_entries(5).await;
    let heads = world.trail().verify(&[]).await.unwrap().heads;
    let rows = world.chain();
    for at in 0..4 {
        let mut rest = rows.clone();
        let removed = rest.remove(at).number;
        world.replace(&rest);
        assert_eq!(world.found(&[]).await, Some((removed, Reason::Removed)));
    }
    // The end is missed by whoever knows where it was.
    world.replace(&rows[..4]);
    assert_eq!(world.found(&[]).await, None);
    assert_eq!(world.found(&heads).await, Some((5, Reason::Removed)));
    world.replace(&[]);
    assert_eq!(world.found(&heads).await, Some((5, Reason::Removed)));
}

#[tokio::test]
async fn reordered_and_inserted_entries_are_found() {
    let world = World::with_entries(5).await;
    let heads = world.trail().verify(&[]).await.unwrap().heads;
    let rows = world.chain();
    let mut swapped = rows.clone();
    (swapped[1].number, swapped[2].number) = (3, 2);
    world.replace(&swapped);
    assert_eq!(world.found(&[]).await, Some((2, Reason::Changed)));

    // Somebody who can hash: one more entry after the second, in the place of the third.
    let at = "2026-11-21T12:00:00Z".parse().unwrap();
    let mut inserted = rows.clone();
    inserted[2] = entry::link(
        (rows[0].chain, Some(&rows[1])),
        (user().as_uuid(), at),
        &Happened::refused(AuditEvent::SignIn),
    )
    .unwrap();
    world.replace(&inserted);
    assert_eq!(world.found(&[]).await, Some((4, Reason::Unlinked)));
    // And everything after it written anew: consistent in itself, and known by its end.
    for n in 3..5 {
        inserted[n] = entry::link(
            (rows[0].chain, Some(&inserted[n - 1])),
            (user().as_uuid(), at),
            &signed_in(),
        )
        .unwrap();
    }
    world.replace(&inserted);
    assert_eq!(world.found(&[]).await, None);
    assert_eq!(world.found(&heads).await, Some((5, Reason::Changed)));
    // An entry before the first.
    let mut zero = rows[0].clone();
    zero.number = 0;
    world.replace(&[vec![zero], rows].concat());
    assert_eq!(world.found(&[]).await, Some((0, Reason::Changed)));
}

#[tokio::test]
async fn old_entries_may_be_gone_in_any_order_and_young_ones_may_not() {
    let world = World::with_entries(4).await;
    let heads = world.trail().verify(&[]).await.unwrap().heads;
    world.wait(399);
    for _ in 0..3 {
        world.trail().record(signed_in()).await;
    }
    let rows = world.chain();
    let without = |gone: &[u64]| -> Vec<AuditRow> {
        rows.iter()
            .filter(|it| !gone.contains(&it.number))
            .cloned()
            .collect()
    };
    world.replace(&without(&[1, 2]));
    assert_eq!(
        world.found(&[]).await,
        Some((1, Reason::Removed)),
        "a day too early"
    );
    world.wait(1);
    for gone in [&[1, 2][..], &[2], &[1, 3], &[1, 2, 3, 4]] {
        world.replace(&without(gone));
        assert_eq!(world.found(&heads).await, None, "{gone:?}");
    }
    world.replace(&without(&[1, 2, 3, 4, 5]));
    assert_eq!(world.found(&[]).await, Some((1, Reason::Removed)));
    // A year of silence: the chain begins anew.
    world.replace(&[]);
    world.wait(500);
    world.trail().record(signed_in()).await;
    assert_eq!(world.chain()[0].number, 1);
    assert_eq!(world.found(&heads).await, None);
}

#[tokio::test]
async fn an_entry_that_cannot_be_written_stops_nobody() {
    let clock = World::new().clock;
    let broken = Trail::new(
        (clock, Arc::new(crate::RandomIds)),
        |_| async { Err(Fault::never("AppendAudit", "denied")) },
        |_| async { Err(Fault::later("ReadAudit", "busy")) },
    );
    broken.record(signed_in()).await;
    broken.verify(&[]).await.unwrap_err();
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_repeated() {
    let world = World::new();
    let rows = world.rows.clone();
    let reading = world.rows.clone();
    let trail = Trail::new(
        (world.clock.clone(), Arc::new(crate::RandomIds)),
        move |row: AuditRow| {
            // Written, and then found to be there, as the SDK does that repeats.
            rows.lock().unwrap().insert((row.chain, row.number), row);
            async { Ok(Appended::Taken) }
        },
        move |range| {
            let found = crate::testing::read_audit(&reading, range);
            async { Ok(found) }
        },
    );
    trail.record(signed_in()).await;
    assert_eq!(world.chain().len(), 1);
}
