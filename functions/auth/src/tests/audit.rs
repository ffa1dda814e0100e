//! What is written down of what happens, who sees it, and what is never in it.

use std::collections::BTreeSet;

use lambda_kit::audit::parse;

use super::*;

/// Where all calls come from.
const NETWORK: &str = "127.0.0.0/24";

impl World {
    /// Events with their outcomes, in the order they happened.
    fn happened(&self) -> Vec<(String, String)> {
        let rows: Vec<_> = self.audit.lock().unwrap().values().cloned().collect();
        let mut entries: Vec<_> = rows
            .iter()
            .map(|it| serde_json::from_str::<Value>(&it.text).unwrap())
            .collect();
        entries.sort_by_key(|it| (it["atMs"].as_i64(), it["id"].as_str().map(str::to_owned)));
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        entries
            .iter()
            .map(|it| (text(&it["event"]), text(&it["outcome"])))
            .collect()
    }

    async fn administrator(&self) -> Answer {
        let event = json!({ "visavisAction": "create-first-admin", "username": "babbage", "email": "babbage@example.org" });
        let made = self.function.invoke(event, Invocation::new("req")).await.unwrap();
        let one_time = made["oneTimePassword"].as_str().unwrap();
        let session = self.sign_in("babbage", one_time).await;
        let change = json!({ "currentPassword": one_time, "newPassword": "difference engine no 2" });
        let change = call("PUT", "/auth/password")
            .json(change)
            .bearer(session.text("accessToken"));
        self.send(change).await.expect(204);
        self.sign_in("babbage", "difference engine no 2").await
    }

    async fn audit(&self, query: &str, token: &str) -> Answer {
        self.send(call("GET", &format!("/audit?{query}")).bearer(token))
            .await
    }

    async fn verify(&self, heads: Value) -> Value {
        let event = json!({ "visavisAction": "verify-audit", "heads": heads });
        self.function.invoke(event, Invocation::new("req")).await.unwrap()
    }
}

/// Everything that can happen here, once, and what must be nowhere in its traces.
async fn a_long_day(world: &World) -> Vec<String> {
    let session = world.somebody("lovelace").await;
    world.wait(SignedDuration::from_mins(1));
    let next = world.refresh(session.text("refreshToken")).await;
    world.refresh(session.text("refreshToken")).await.expect(401);
    for _ in 0..5 {
        world.sign_in("lovelace", "guess in the dark").await.expect(401);
    }
    world.sign_in("lovelace", PASSWORD).await.expect(429);
    world.sign_in("nobody-of-that-name", PASSWORD).await.expect(401);
    for email in ["lovelace@example.org", "nobody@example.org"] {
        let forgot = call("POST", "/auth/password/forgot").json(json!({ "email": email }));
        world.send(forgot).await.expect(202);
    }
    let letter = world.mail.sent.lock().unwrap()[0].text.clone();
    let link = letter.split_once("#token=").unwrap().1.lines().next().unwrap();
    let reset = json!({ "token": link, "newPassword": "note g computes bernoulli" });
    let reset = || world.send(call("POST", "/auth/password/reset").json(reset.clone()));
    reset().await.expect(204);
    reset().await.expect(410);
    let again = world.sign_in("lovelace", "note g computes bernoulli").await;
    let wrong = json!({ "currentPassword": "guess in the dark", "newPassword": PASSWORD });
    let wrong = call("PUT", "/auth/password")
        .json(wrong)
        .bearer(again.text("accessToken"));
    world.send(wrong).await.expect(401);
    world
        .send(call("POST", "/auth/sign-out?everywhere=true").bearer(again.text("accessToken")))
        .await
        .expect(204);

    world.wait(SignedDuration::from_mins(1));
    let admin = world.administrator().await;
    let token = admin.text("accessToken");
    let made = json!({ "username": "menabrea", "email": "menabrea@example.org", "role": "user" });
    let made = world.send(call("POST", "/users").json(made).bearer(token)).await;
    let path = format!(
        "/users/{}",
        made.expect(201).body["user"]["id"]
            .as_str()
            .or(made.body["id"].as_str())
            .unwrap()
    );
    for change in [
        json!({ "role": "admin" }),
        json!({ "disabled": true }),
        json!({ "disabled": false }),
    ] {
        world
            .send(call("PATCH", &path).json(change).bearer(token))
            .await
            .expect(200);
    }
    world.send(call("DELETE", &path).bearer(token)).await.expect(204);

    let mut secrets: Vec<String> = [
        "lovelace",
        "babbage",
        "menabrea",
        "nobody",
        "example.org",
        PASSWORD,
    ]
    .into_iter()
    .chain([
        "guess in the dark",
        "difference engine no 2",
        "note g computes bernoulli",
        "127.0.0.1",
        link,
    ])
    .map(str::to_owned)
    .collect();
    for answer in [&session, &next, &again, &admin] {
        secrets.push(answer.text("accessToken").to_owned());
        secrets.push(answer.text("refreshToken").split_once('.').unwrap().1.to_owned());
    }
    secrets.push(made.body["oneTimePassword"].as_str().unwrap().to_owned());
    secrets.extend(world.people.all().into_iter().map(|it| it.password_hash));
    secrets
}

#[tokio::test]
async fn everything_that_happens_is_written_down_once() {
    let world = World::new();
    a_long_day(&world).await;
    let expected = [
        ("sign-up", "done"),
        ("sign-in", "done"),
        ("refresh-reused", "refused"),
        ("sign-in", "refused"),
        ("sign-in", "refused"),
        ("sign-in", "refused"),
        ("sign-in", "refused"),
        ("sign-in", "refused"),
        ("sign-in", "limited"),
        ("sign-in", "refused"),
        ("password-forgot", "done"),
        ("password-forgot", "done"),
        ("password-reset", "done"),
        ("password-reset", "refused"),
        ("sign-in", "done"),
        ("password-change", "refused"),
        ("sign-out", "done"),
        ("first-administrator", "done"),
        ("sign-in", "done"),
        ("password-change", "done"),
        ("sign-in", "done"),
        ("user-created", "done"),
        ("user-role-changed", "done"),
        ("user-disabled", "done"),
        ("user-enabled", "done"),
        ("user-deleted", "done"),
    ];
    let happened = world.happened();
    let happened: Vec<_> = happened.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    assert_eq!(happened, expected);
    let answer = world.verify(json!([])).await;
    assert_eq!(
        (&answer["ok"], &answer["entries"]),
        (&json!(true), &json!(expected.len()))
    );
}

#[tokio::test]
async fn no_name_address_secret_or_unknown_username_is_in_any_entry() {
    let world = World::new();
    let secrets = a_long_day(&world).await;
    let rows = world.audit.lock().unwrap();
    for row in rows.values() {
        for secret in &secrets {
            assert!(!row.text.contains(secret.as_str()), "{secret} in {}", row.text);
        }
        let entry = parse(row).unwrap();
        let by_operator = serde_json::to_value(entry.event).unwrap() == "first-administrator";
        assert_eq!(
            entry.network.as_deref(),
            (!by_operator).then_some(NETWORK),
            "{}",
            row.text
        );
    }
}

#[tokio::test]
async fn entries_say_who_did_it_and_to_what() {
    let world = World::new();
    let session = world.somebody("ada").await;
    world.sign_in("ada", "guess in the dark").await.expect(401);
    world.sign_in("bob", "guess in the dark").await.expect(401);
    let ada = world.people.all()[0].id.to_string();
    let id = session.text("refreshToken").split_once('.').unwrap().0;
    let rows: Vec<_> = world
        .audit
        .lock()
        .unwrap()
        .values()
        .map(|it| parse(it).unwrap())
        .collect();
    let found: BTreeSet<_> = rows
        .iter()
        .map(|it| (it.user_id.as_deref(), it.subject_id.as_deref()))
        .collect();
    // Signed up; signed in; a guess at a name that is known, and one at a name that is not.
    let expected = [
        (Some(&*ada), None),
        (Some(&*ada), Some(id)),
        (None, Some(&*ada)),
        (None, None),
    ];
    assert_eq!(found, BTreeSet::from(expected));
}

#[tokio::test]
async fn administrators_see_it_newest_first_page_by_page() {
    let world = World::new();
    a_long_day(&world).await;
    let admin = world.sign_in("babbage", "difference engine no 2").await;
    let token = admin.text("accessToken");
    let whole = world.audit("limit=100", token).await;
    let whole = whole.expect(200).body["items"].as_array().unwrap().clone();
    assert_eq!(whole.len(), 27);
    let times: Vec<_> = whole
        .iter()
        .map(|it| it["at"].as_str().unwrap().parse::<Timestamp>().unwrap())
        .collect();
    assert!(times.windows(2).all(|it| it[1] <= it[0]), "{times:?}");
    for limit in [1, 5, 26, 27] {
        let (mut pages, mut query) = (Vec::new(), format!("limit={limit}"));
        loop {
            let page = world.audit(&query, token).await;
            pages.extend(page.expect(200).body["items"].as_array().unwrap().clone());
            let Some(cursor) = page.body["nextCursor"].as_str() else {
                break;
            };
            query = format!("limit={limit}&cursor={cursor}");
            // What happens meanwhile is on no later page. Lists are counted, so this takes its time.
            world.wait(SignedDuration::from_secs(3));
            world.sign_in("babbage", "difference engine no 2").await;
        }
        let extra = pages.len() - whole.len();
        assert!(pages[extra..] == whole[..], "{limit}");
        world.audit.lock().unwrap().retain(|_, row| {
            let hash = parse(row).unwrap().hash;
            whole.iter().any(|it| it["hash"] == hash)
        });
    }
}

#[tokio::test]
async fn a_filter_finds_what_an_account_did_and_what_was_done_to_it() {
    let world = World::new();
    a_long_day(&world).await;
    let admin = world.sign_in("babbage", "difference engine no 2").await;
    let token = admin.text("accessToken");
    let of = async |username: &str| {
        let id = world
            .people
            .all()
            .into_iter()
            .find(|it| it.username.as_str() == username)
            .unwrap()
            .id;
        let page = world.audit(&format!("userId={id}&limit=100"), token).await;
        let items = page.expect(200).body["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .map(|it| it["event"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let lovelace = of("lovelace").await;
    // The limited attempt is about a name, and the second wish for a link about an address; neither is stored.
    assert_eq!(lovelace.len(), 13, "{lovelace:?}");
    assert!(lovelace.contains(&"password-forgot".to_owned()));
    let babbage = of("babbage").await;
    assert!(
        babbage.contains(&"first-administrator".to_owned()) && babbage.contains(&"user-deleted".to_owned())
    );
    for odd in ["userId=x", "limit=0", "limit=101", "when=now"] {
        world
            .audit(odd, token)
            .await
            .expect_problem(422, "invalid-request");
    }
    world
        .audit("cursor=AAAA", token)
        .await
        .expect_problem(400, "invalid-cursor");
}

#[tokio::test]
async fn nobody_else_sees_it() {
    let world = World::new();
    let ada = world.somebody("ada").await;
    world
        .audit("", ada.text("accessToken"))
        .await
        .expect_problem(403, "forbidden");
    world
        .send(call("GET", "/audit"))
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_changed_past_is_found_by_the_operator() {
    let world = World::new();
    a_long_day(&world).await;
    let before = world.verify(json!([])).await;
    let key = *world.audit.lock().unwrap().keys().next().unwrap();
    let removed = world.audit.lock().unwrap().remove(&key).unwrap();
    let chain = removed.chain;
    let after = world.verify(before["heads"].clone()).await;
    assert_eq!(after["ok"], false);
    assert_eq!(
        after["firstBad"],
        json!({ "chain": chain, "number": 1, "reason": "removed" })
    );
    let event = json!({ "visavisAction": "verify-audit", "heads": "all" });
    world
        .function
        .invoke(event, Invocation::new("req"))
        .await
        .unwrap_err();
}
