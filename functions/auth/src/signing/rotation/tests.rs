//! Rotation with several instances, verifiers that remember, and clocks that are moved.

use std::sync::{Arc, Mutex};

use lambda_kit::{
    AccessTokens, Clock,
    principal::{AUDIENCE, Claims, ISSUER, LIFETIME_S},
};
use uuid::Uuid;

use super::*;
use crate::{adapters::SystemRandom, tests::memory::Texts};

/// A time in minutes after the beginning.
struct Minutes(Mutex<i64>);

impl Minutes {
    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_795_262_400 + 60 * minutes).unwrap()
    }
}

impl Clock for Minutes {
    fn now(&self) -> Timestamp {
        Self::at(*self.0.lock().unwrap())
    }
}

fn keys(store: &Texts) -> SigningKeys<Texts> {
    SigningKeys::new(store.clone(), "/private".to_owned(), "/public".to_owned())
}

fn verifier(store: &Texts, clock: &Arc<Minutes>) -> AccessTokens {
    let store = store.clone();
    AccessTokens::new(clock.clone(), move || {
        let keys = store.get("/public");
        async move { Ok(keys) }
    })
}

async fn token(keys: &SigningKeys<Texts>, now: Timestamp) -> String {
    let ring = keys.ring(now, &SystemRandom).await.unwrap();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: Uuid::nil().to_string(),
        role: "user".to_owned(),
        sid: Uuid::nil().to_string(),
        jti: Uuid::nil().to_string(),
        iat: now.as_second(),
        nbf: None,
        exp: now.as_second() + i64::from(LIFETIME_S),
        pwc: false,
    };
    format!("Bearer {}", ring.sign(&claims).unwrap().expose())
}

async fn kids(keys: &SigningKeys<Texts>, minute: i64) -> Vec<String> {
    let ring = keys.ring(Minutes::at(minute), &SystemRandom).await.unwrap();
    ring.jwks().keys.iter().map(|it| it.kid.clone()).collect()
}

#[tokio::test]
async fn every_token_works_for_its_whole_life_through_rotations() {
    let (store, clock) = (Texts::default(), Arc::new(Minutes(Mutex::new(0))));
    // The second instance and the second verifier remember from other times than the first.
    let (here, there) = (keys(&store), keys(&store));
    let (early, late) = (verifier(&store, &clock), verifier(&store, &clock));
    let mut tokens: Vec<(i64, String)> = Vec::new();
    let mut used = Vec::new();
    for minute in 0..120 {
        *clock.0.lock().unwrap() = minute;
        let now = clock.now();
        // Asked for all the time; done as often as it may be.
        if 6 <= minute {
            let rotation = here.rotate(now, &SystemRandom, false).await.unwrap();
            if rotation.rotated {
                used.push((minute, rotation));
            }
        }
        for instance in [&here, &there] {
            tokens.push((minute, token(instance, now).await));
        }
        tokens.retain(|(signed, _)| minute < signed + 15);
        for (signed, token) in &tokens {
            early
                .verify(Some(token))
                .await
                .unwrap_or_else(|it| panic!("{signed} at {minute}: {it:?}"));
            if minute % 3 == 2 {
                late.verify(Some(token))
                    .await
                    .unwrap_or_else(|it| panic!("{signed} at {minute}: {it:?}"));
            }
        }
    }
    let minutes: Vec<_> = used.iter().map(|it| it.0).collect();
    assert_eq!(minutes, [6, 36, 66, 96]);
    // Each rotation takes the key that was the next, and no key comes back.
    assert!(used.windows(2).all(|it| it[1].1.retired_kid == it[0].1.kid));
    let mut all: Vec<_> = used.iter().map(|it| it.1.kid.clone()).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4);
}

#[tokio::test]
async fn an_old_key_is_published_for_twenty_five_minutes() {
    let store = Texts::default();
    let [first, second] = kids(&keys(&store), 0).await.try_into().unwrap();
    let rotation = keys(&store)
        .rotate(Minutes::at(1), &SystemRandom, false)
        .await
        .unwrap();
    let expected = Rotation {
        rotated: true,
        kid: second.clone(),
        retired_kid: first.clone(),
        next_after: Minutes::at(31),
    };
    assert_eq!(rotation, expected);
    assert_eq!(kids(&keys(&store), 25).await, [second.clone(), first.clone()]);
    let again = keys(&store)
        .rotate(Minutes::at(25), &SystemRandom, false)
        .await
        .unwrap();
    assert_eq!(
        again,
        Rotation {
            rotated: false,
            ..expected
        }
    );
    let [in_use, third] = kids(&keys(&store), 26).await.try_into().unwrap();
    assert_eq!(in_use, second);
    assert!(third != first && third != second);
    assert_eq!(kids(&keys(&store), 27).await, [in_use, third]);
    assert!(!store.get("/private").unwrap().contains("retireAtMs"));
    // Encrypted as before.
    assert_eq!(store.protection("/private"), Some(Protection::Encrypted));
}

#[tokio::test]
async fn compromised_keys_are_refused_within_five_minutes() {
    let (store, clock) = (Texts::default(), Arc::new(Minutes(Mutex::new(0))));
    let (here, there) = (keys(&store), keys(&store));
    let verifier = verifier(&store, &clock);
    let old = token(&here, clock.now()).await;
    token(&there, clock.now()).await;
    verifier.verify(Some(&old)).await.unwrap();
    // Also in the middle of an ordinary rotation.
    here.rotate(clock.now(), &SystemRandom, false).await.unwrap();
    let before = kids(&here, 0).await;
    let rotation = here.rotate(clock.now(), &SystemRandom, true).await.unwrap();
    assert!(rotation.rotated);
    let after = kids(&here, 0).await;
    assert!(
        after.iter().all(|it| !before.contains(it)),
        "{before:?} {after:?}"
    );
    assert_eq!(rotation.kid, after[0]);

    *clock.0.lock().unwrap() = 5;
    verifier.verify(Some(&old)).await.unwrap_err();
    // An instance that remembers the old keys has forgotten them by then.
    for instance in [&here, &there] {
        verifier
            .verify(Some(&token(instance, clock.now()).await))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_is_written_over_withdrawn_keys_is_withdrawn_again() {
    let store = Texts::default();
    let compromised = kids(&keys(&store), 0).await;
    let (private, public) = (store.get("/private").unwrap(), store.get("/public").unwrap());
    let rotating = keys(&store);
    let slow = async {
        // Somebody who read before and writes after.
        tokio::time::sleep(CONFIRM_PAUSE / 2).await;
        store.set("/private", &private);
        store.set("/public", &public);
    };
    let (rotation, ()) = tokio::join!(rotating.rotate(Minutes::at(1), &SystemRandom, true), slow);
    let now = kids(&keys(&store), 2).await;
    assert_eq!(now[0], rotation.unwrap().kid);
    assert!(now.iter().all(|it| !compromised.contains(it)));
}

#[tokio::test]
async fn two_rotations_at_the_same_time_are_one() {
    let store = Texts::default();
    let [first, second] = kids(&keys(&store), 0).await.try_into().unwrap();
    let (one, two) = (keys(&store), keys(&store));
    let (one, two) = tokio::join!(
        one.rotate(Minutes::at(1), &SystemRandom, false),
        two.rotate(Minutes::at(1), &SystemRandom, false)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.rotated || two.rotated);
    assert_eq!((&one.kid, &two.kid), (&second, &second));
    assert_eq!(kids(&keys(&store), 2).await, [second, first]);
}

#[tokio::test]
async fn a_death_between_the_two_writes_is_repaired() {
    for compromised in [false, true] {
        let store = Texts::default();
        kids(&keys(&store), 0).await;
        let public = store.get("/public").unwrap();
        let rotation = keys(&store)
            .rotate(Minutes::at(1), &SystemRandom, compromised)
            .await
            .unwrap();
        // As if it had ended before the second.
        store.set("/public", &public);
        let repaired = kids(&keys(&store), 2).await;
        assert_eq!(repaired[0], rotation.kid);
        assert!(store.get("/public").unwrap().contains(&rotation.kid));
        assert_ne!(store.get("/public").unwrap(), public);
    }
}

#[tokio::test]
async fn several_that_retire_a_key_at_once_agree_in_the_end() {
    let store = Texts::default();
    keys(&store)
        .rotate(Minutes::at(0), &SystemRandom, false)
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let keys = keys(&store);
        tasks.spawn(async move { keys.ring(Minutes::at(26), &SystemRandom).await.unwrap() });
    }
    let signing: Vec<_> = tasks
        .join_all()
        .await
        .iter()
        .map(|it| it.jwks().keys[0].kid.clone())
        .collect();
    assert!(
        signing.windows(2).all(|it| it[0] == it[1]),
        "one key signs throughout"
    );
    // Not before they agree.
    let early = keys(&store)
        .rotate(Minutes::at(30), &SystemRandom, false)
        .await
        .unwrap();
    assert!(!early.rotated && early.next_after == Minutes::at(31), "{early:?}");
    let next = kids(&keys(&store), 31).await[1].clone();
    let rotation = keys(&store)
        .rotate(Minutes::at(31), &SystemRandom, false)
        .await
        .unwrap();
    assert!(rotation.rotated && rotation.kid == next);
}
