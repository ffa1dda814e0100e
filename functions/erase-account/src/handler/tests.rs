use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use lambda_kit::{Function, Invocation};
use serde_json::{Value, json};

use super::*;

const ADA: &str = "01890a5c-0000-7000-8000-000000000001";
const BOB: &str = "01890a5c-0000-7000-8000-000000000002";

/// Accounts, and whose rows, objects and collections there are.
#[derive(Default)]
struct World {
    accounts: Mutex<BTreeSet<String>>,
    rows: Mutex<BTreeSet<String>>,
    objects: Mutex<BTreeSet<String>>,
    collections: Mutex<BTreeSet<String>>,
    failing: Mutex<Vec<&'static str>>,
}

impl World {
    fn of_two() -> Arc<Self> {
        let both = || Mutex::new(BTreeSet::from([ADA.to_owned(), BOB.to_owned()]));
        Arc::new(Self {
            accounts: Mutex::new(BTreeSet::from([BOB.to_owned()])),
            rows: both(),
            objects: both(),
            collections: both(),
            failing: Mutex::default(),
        })
    }

    fn check(&self, capability: &'static str) -> Result<(), Fault> {
        if self.failing.lock().unwrap().contains(&capability) {
            Err(Fault::later(capability, "out of order"))
        } else {
            Ok(())
        }
    }

    /// Whose rows, whose objects and whose collections are left.
    fn left(&self) -> [Vec<String>; 3] {
        let list = |it: &Mutex<BTreeSet<String>>| it.lock().unwrap().iter().cloned().collect();
        [list(&self.rows), list(&self.objects), list(&self.collections)]
    }
}

impl GetAccount for World {
    async fn exists(&self, user: UserId) -> Result<bool, Fault> {
        Ok(self.accounts.lock().unwrap().contains(&user.to_string()))
    }
}

impl EraseRows for World {
    async fn erase_rows(&self, user: UserId) -> Result<usize, Fault> {
        self.check("EraseRows")?;
        Ok(self.rows.lock().unwrap().remove(&user.to_string()).into())
    }
}

impl EraseObjects for World {
    async fn erase_objects(&self, user: UserId) -> Result<usize, Fault> {
        self.check("EraseObjects")?;
        Ok(self.objects.lock().unwrap().remove(&user.to_string()).into())
    }
}

impl EraseCollection for World {
    async fn erase_collection(&self, user: UserId) -> Result<bool, Fault> {
        self.check("EraseCollection")?;
        Ok(self.collections.lock().unwrap().remove(&user.to_string()))
    }
}

fn function(world: &Arc<World>) -> Function {
    crate::adapters::function(world.clone())
}

fn event(name: &str) -> Value {
    let path = format!(
        "{}/../../events/erase-account/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn n_failed(function: &Function, event: Value) -> usize {
    let answer = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    answer["batchItemFailures"].as_array().unwrap().len()
}

fn only(user: &str) -> [Vec<String>; 3] {
    [(); 3].map(|()| vec![user.to_owned()])
}

#[tokio::test]
async fn a_deleted_account_loses_everything_and_another_nothing() {
    for name in ["account-deleted", "remnant-expired"] {
        let world = World::of_two();
        assert_eq!(n_failed(&function(&world), event(name)).await, 0, "{name}");
        assert_eq!(world.left(), only(BOB), "{name}");
    }
}

#[tokio::test]
async fn what_fails_comes_again_and_does_not_keep_the_rest() {
    for (failing, capability) in ["EraseRows", "EraseObjects", "EraseCollection"]
        .into_iter()
        .enumerate()
    {
        let world = World::of_two();
        let function = function(&world);
        world.failing.lock().unwrap().push(capability);
        assert_eq!(n_failed(&function, event("account-deleted")).await, 1);
        for (at, left) in world.left().into_iter().enumerate() {
            let expected = if at == failing { &[ADA, BOB][..] } else { &[BOB] };
            assert_eq!(left, expected, "{capability}");
        }
        world.failing.lock().unwrap().clear();
        assert_eq!(n_failed(&function, event("account-deleted")).await, 0);
        assert_eq!(world.left(), only(BOB));
    }
}

#[tokio::test]
async fn what_was_erased_is_erased_again_without_harm() {
    let world = World::of_two();
    for _ in 0..2 {
        // Another instance does not remember what this one did.
        assert_eq!(n_failed(&function(&world), event("account-deleted")).await, 0);
    }
    assert_eq!(world.left(), only(BOB));
}

#[tokio::test]
async fn what_the_filter_should_have_kept_away_erases_nothing() {
    let world = World::of_two();
    let function = function(&world);
    let with = |path: &str, value: &str| {
        let mut event = event("account-deleted");
        *event["Records"][0].pointer_mut(path).unwrap() = value.into();
        event["Records"][0]["dynamodb"]["SequenceNumber"] = format!("{path}{value}").into();
        event
    };
    for harmless in [
        with("/eventName", "INSERT"),
        with("/eventName", "MODIFY"),
        with("/dynamodb/Keys/pk/S", "username#ada"),
        with("/dynamodb/Keys/pk/S", "email#ada@example.org"),
        with("/dynamodb/Keys/pk/S", "administrators"),
        with("/dynamodb/Keys/pk/S", ADA),
    ] {
        assert_eq!(n_failed(&function, harmless).await, 0);
    }
    for poison in [
        with("/dynamodb/Keys/pk/S", "user#"),
        with("/dynamodb/Keys/pk/S", "user#*"),
        with("/dynamodb/Keys/pk/S", "erased#x"),
    ] {
        assert_eq!(n_failed(&function, poison).await, 1);
    }
    assert_eq!(world.left().map(|it| it.len()), [2, 2, 2]);
}

#[tokio::test]
async fn an_operator_erases_only_what_belongs_to_nobody() {
    let world = World::of_two();
    let function = function(&world);
    let invoke = async |user: Value| {
        let event = json!({ "visavisAction": "erase-account", "userId": user });
        function.invoke(event, Invocation::new("req-1")).await
    };
    let answer = invoke(BOB.into()).await.unwrap();
    assert_eq!(answer["erased"], false);
    let answer = invoke(ADA.into()).await.unwrap();
    assert_eq!(
        answer,
        json!({ "erased": true, "rows": 1, "objects": 1, "collection": true })
    );
    assert_eq!(world.left(), only(BOB));
    for wrong in [json!(null), json!(""), json!("u"), json!(7)] {
        invoke(wrong).await.unwrap_err();
    }
}
