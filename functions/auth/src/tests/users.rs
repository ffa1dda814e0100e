//! Accounts as administrators manage them.

use super::*;

const CHOSEN: &str = "note g computes bernoulli";

/// Makes the first administrator, with a password of his own, and returns his session.
async fn administrator(world: &World) -> Answer {
    let event =
        json!({ "visavisAction": "create-first-admin", "username": "admin", "email": "admin@example.org" });
    let made = world
        .function
        .invoke(event, Invocation::new("req"))
        .await
        .unwrap();
    own_password(world, "admin", made["oneTimePassword"].as_str().unwrap()).await
}

/// Signs in with a one-time password and changes it to [`PASSWORD`].
async fn own_password(world: &World, username: &str, one_time: &str) -> Answer {
    let restricted = world.sign_in(username, one_time).await;
    assert_eq!(restricted.expect(200).body["passwordChangeRequired"], true);
    let body = json!({ "currentPassword": one_time, "newPassword": PASSWORD });
    let change = call("PUT", "/auth/password")
        .json(body)
        .bearer(restricted.text("accessToken"));
    world.send(change).await.expect(204);
    let session = world.sign_in(username, PASSWORD).await;
    session.expect(200);
    session
}

/// The caller of administrators' routes.
struct Boss<'a> {
    world: &'a World,
    token: String,
}

impl<'a> Boss<'a> {
    fn new(world: &'a World, session: &Answer) -> Self {
        let token = session.text("accessToken").to_owned();
        Self { world, token }
    }

    async fn send(&self, call: Call) -> Answer {
        self.world.send(call.bearer(&self.token)).await
    }

    async fn create(&self, username: &str, role: &str) -> Answer {
        let email = format!("{username}@example.org");
        let body = json!({ "username": username, "email": email, "role": role });
        self.send(call("POST", "/users").json(body)).await
    }

    /// Creates an account with a password of its own, and returns its id and session.
    async fn somebody(&self, username: &str, role: &str) -> (String, Answer) {
        let made = self.create(username, role).await;
        let id = made.expect(201).body["user"]["id"].as_str().unwrap().to_owned();
        (
            id,
            own_password(self.world, username, made.text("oneTimePassword")).await,
        )
    }

    async fn change(&self, id: &str, body: Value) -> Answer {
        self.send(call("PATCH", &format!("/users/{id}")).json(body)).await
    }

    async fn delete(&self, id: &str) -> Answer {
        self.send(call("DELETE", &format!("/users/{id}"))).await
    }

    async fn list(&self, query: &str) -> Answer {
        self.send(call("GET", &format!("/users{query}"))).await
    }
}

fn usernames(page: &Answer) -> Vec<&str> {
    let items = page.expect(200).body["items"].as_array().unwrap();
    items.iter().map(|it| it["username"].as_str().unwrap()).collect()
}

fn id_of(session: &Answer) -> &str {
    session.body["user"]["id"].as_str().unwrap()
}

#[tokio::test]
async fn nobody_else_manages_accounts() {
    let world = World::new();
    let ada = world.somebody("ada").await;
    let token = ada.text("accessToken");
    let path = format!("/users/{}", id_of(&ada));
    let new = json!({ "username": "bob", "email": "bob@example.org", "role": "admin" });
    let calls = || {
        [
            call("GET", "/users"),
            call("POST", "/users").json(new.clone()),
            call("PATCH", &path).json(json!({ "role": "admin" })),
            call("DELETE", &path),
        ]
    };
    for call in calls() {
        world.send(call).await.expect_problem(401, "unauthenticated");
    }
    for call in calls() {
        world
            .send(call.bearer(token))
            .await
            .expect_problem(403, "forbidden");
    }
    assert_eq!(world.people.all().len(), 1);
    assert_eq!(world.people.all()[0].role, domain::Role::User);
}

#[tokio::test]
async fn a_created_account_has_a_one_time_password_that_opens_nothing_but_its_change() {
    let world = World::with_sign_up(false);
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let made = boss.create("Ada", "user").await;
    let user = &made.expect(201).body["user"];
    assert_eq!(
        (
            &user["username"],
            &user["role"],
            &user["disabled"],
            &user["passwordChangeRequired"]
        ),
        (&json!("Ada"), &json!("user"), &json!(false), &json!(true))
    );
    assert_eq!(made.headers["cache-control"], "no-store");
    own_password(&world, "ada", made.text("oneTimePassword")).await;
    world.sign_up("eve").await.expect_problem(403, "sign-up-closed");
}

#[tokio::test]
async fn a_password_the_administrator_chose_must_be_changed_too() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let body = |password: &str| json!({ "username": "ada", "email": "ada@example.org", "role": "user", "password": password });
    boss.send(call("POST", "/users").json(body("tiny")))
        .await
        .expect_problem(422, "password-too-weak");
    let made = boss.send(call("POST", "/users").json(body(CHOSEN))).await;
    assert_eq!(made.expect(201).body["oneTimePassword"], Value::Null);
    assert!(!made.body.to_string().contains(CHOSEN));
    own_password(&world, "ada", CHOSEN).await;
}

#[tokio::test]
async fn names_are_taken_also_for_administrators() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    boss.create("ADA", "user")
        .await
        .expect_problem(409, "username-taken");
    let body = json!({ "username": "bob", "email": "ADA@example.org", "role": "user" });
    boss.send(call("POST", "/users").json(body))
        .await
        .expect_problem(409, "email-taken");
    let body = json!({ "username": "a b", "email": "nowhere", "role": "user" });
    let answer = boss.send(call("POST", "/users").json(body)).await;
    let errors = answer.expect_problem(422, "invalid-request").body["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 2);
    let body = json!({ "username": "bob", "email": "bob@example.org", "role": "root" });
    boss.send(call("POST", "/users").json(body))
        .await
        .expect_problem(422, "invalid-request");
    assert_eq!(world.people.all().len(), 2);
}

#[tokio::test]
async fn a_repeated_creation_makes_one_account_and_voids_the_old_one_time_password() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let send = async |key: &str, role: &str, password: Option<&str>| {
        let mut body = json!({ "username": "ada", "email": "ada@example.org", "role": role });
        if let Some(password) = password {
            body["password"] = password.into();
        }
        let call = call("POST", "/users").json(body).header("idempotency-key", key);
        boss.send(call).await
    };
    let first = send("k1", "user", None).await;
    let second = send("k1", "user", None).await;
    assert_eq!(first.expect(201).body["user"], second.expect(201).body["user"]);
    let (old, new) = (first.text("oneTimePassword"), second.text("oneTimePassword"));
    assert_ne!(old, new);
    world
        .sign_in("ada", old)
        .await
        .expect_problem(401, "invalid-credentials");
    send("k1", "admin", None)
        .await
        .expect_problem(422, "idempotency-key-reused");
    send("k1", "user", Some(CHOSEN))
        .await
        .expect_problem(422, "idempotency-key-reused");
    send("k2", "user", None)
        .await
        .expect_problem(409, "username-taken");
    own_password(&world, "ada", new).await;
    // Its owner has a password of his own now, which nobody takes away from him.
    let third = send("k1", "user", None).await;
    assert_eq!(third.expect(201).body["oneTimePassword"], Value::Null);
    world.sign_in("ada", PASSWORD).await.expect(200);
    assert_eq!(world.people.all().len(), 2);
}

#[tokio::test]
async fn a_repeated_creation_with_a_password_is_the_same_request_only_with_that_password() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let send = async |password: &str| {
        let body =
            json!({ "username": "ada", "email": "ada@example.org", "role": "user", "password": password });
        let call = call("POST", "/users").json(body).header("idempotency-key", "k");
        boss.send(call).await
    };
    let first = send(CHOSEN).await;
    assert_eq!(first.expect(201).body, send(CHOSEN).await.expect(201).body);
    send("another long sentence")
        .await
        .expect_problem(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_disabled_account_is_told_so_by_the_right_password_alone() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    let answer = boss.change(id_of(&ada), json!({ "disabled": true })).await;
    assert_eq!(answer.expect(200).body["disabled"], true);

    let wrong = world.sign_in("ada", "not the password").await;
    let unknown = world.sign_in("nobody", "not the password").await;
    assert_eq!(wrong.expect(401).body, unknown.expect(401).body);
    world
        .sign_in("ada", PASSWORD)
        .await
        .expect_problem(403, "account-disabled");
    world
        .refresh(ada.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    let token = ada.text("accessToken");
    world
        .send(call("GET", "/auth/me").bearer(token))
        .await
        .expect_problem(401, "unauthenticated");
    let body = json!({ "currentPassword": PASSWORD, "newPassword": CHOSEN });
    world
        .send(call("PUT", "/auth/password").json(body).bearer(token))
        .await
        .expect_problem(401, "unauthenticated");

    // Enabled again it works with the same password; what was open before stays closed.
    boss.change(id_of(&ada), json!({ "disabled": false }))
        .await
        .expect(200);
    world
        .refresh(ada.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    world.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn guesses_at_a_disabled_account_end_in_the_same_lockout() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    boss.change(id_of(&ada), json!({ "disabled": true }))
        .await
        .expect(200);
    for _ in 0..5 {
        world.sign_in("ada", "not the password").await.expect(401);
    }
    world
        .sign_in("ada", PASSWORD)
        .await
        .expect_problem(429, "rate-limited");
}

#[tokio::test]
async fn no_link_gets_into_a_disabled_account() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    let forgot = async || {
        let body = json!({ "email": "ada@example.org" });
        world.send(call("POST", "/auth/password/forgot").json(body)).await
    };
    forgot().await.expect(202);
    let text = world.mail.sent.lock().unwrap()[0].text.clone();
    let token = text
        .split_once("#token=")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap()
        .to_owned();

    boss.change(id_of(&ada), json!({ "disabled": true }))
        .await
        .expect(200);
    forgot().await.expect(202);
    assert_eq!(
        world.mail.sent.lock().unwrap().len(),
        1,
        "no mail to a disabled account"
    );
    let reset = async || {
        let body = json!({ "token": token, "newPassword": CHOSEN });
        world.send(call("POST", "/auth/password/reset").json(body)).await
    };
    reset().await.expect_problem(410, "reset-link-invalid");
    boss.change(id_of(&ada), json!({ "disabled": false }))
        .await
        .expect(200);
    reset().await.expect_problem(410, "reset-link-invalid");
    world.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_new_role_ends_the_sessions_and_comes_with_the_next() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    let answer = boss.change(id_of(&ada), json!({ "role": "admin" })).await;
    assert_eq!(answer.expect(200).body["role"], "admin");
    world
        .refresh(ada.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    let again = world.sign_in("ada", PASSWORD).await;
    assert_eq!(again.expect(200).body["user"]["role"], "admin");
    Boss::new(&world, &again).list("").await.expect(200);
    // What is as wished already ends nothing.
    boss.change(id_of(&ada), json!({ "role": "admin", "disabled": false }))
        .await
        .expect(200);
    world.refresh(again.text("refreshToken")).await.expect(200);
}

#[tokio::test]
async fn who_was_demoted_or_disabled_does_not_undo_it_with_the_token_he_has() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    for (username, wish, status, slug) in [
        ("ada", json!({ "role": "user" }), 403, "forbidden"),
        ("bob", json!({ "disabled": true }), 401, "unauthenticated"),
    ] {
        let (id, session) = boss.somebody(username, "admin").await;
        let other = Boss::new(&world, &session);
        other.list("").await.expect(200);
        boss.change(&id, wish).await.expect(200);
        other.list("").await.expect_problem(status, slug);
        let undo = json!({ "role": "admin", "disabled": false });
        other.change(&id, undo).await.expect_problem(status, slug);
        other.create("puppet", "admin").await.expect_problem(status, slug);
        other.delete(id_of(&session)).await.expect_problem(status, slug);
    }
    assert_eq!(world.people.all().len(), 3);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let own = id_of(&session);
    for wish in [json!({ "role": "user" }), json!({ "disabled": true })] {
        boss.change(own, wish)
            .await
            .expect_problem(409, "last-administrator");
    }
    boss.delete(own).await.expect_problem(409, "last-administrator");

    // A disabled administrator does not count.
    let (ada, _) = boss.somebody("ada", "admin").await;
    boss.change(&ada, json!({ "disabled": true })).await.expect(200);
    boss.delete(own).await.expect_problem(409, "last-administrator");
    boss.change(&ada, json!({ "disabled": false })).await.expect(200);
    // He may go while there is another, and is out at once.
    boss.change(own, json!({ "role": "user" })).await.expect(200);
    boss.list("").await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn of_two_administrators_who_demote_each_other_one_stays() {
    for _ in 0..20 {
        let world = World::new();
        let session = administrator(&world).await;
        let boss = Boss::new(&world, &session);
        let (id, session_of_ada) = boss.somebody("ada", "admin").await;
        let ada = Boss::new(&world, &session_of_ada);
        let demoted = json!({ "role": "user" });
        let (one, other) = tokio::join!(
            boss.change(&id, demoted.clone()),
            ada.change(id_of(&session), demoted.clone())
        );
        let statuses = [one.status, other.status];
        assert_eq!(
            statuses.iter().filter(|it| **it == 200).count(),
            1,
            "{statuses:?}"
        );
        let left = world
            .people
            .all()
            .into_iter()
            .filter(|it| it.standing().administers());
        assert_eq!(left.count(), 1);
    }
}

#[tokio::test]
async fn a_change_is_tried_again_while_others_are_faster_and_not_for_ever() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    world.people.contend(4);
    boss.change(id_of(&ada), json!({ "disabled": true }))
        .await
        .expect(200);
    world.people.contend(100);
    boss.change(id_of(&ada), json!({ "disabled": false }))
        .await
        .expect_problem(503, "busy");
    boss.delete(id_of(&ada)).await.expect_problem(503, "busy");
    world.people.contend(0);
    boss.delete(id_of(&ada)).await.expect(204);
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_names_are_free() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    boss.delete(id_of(&ada)).await.expect(204);
    boss.delete(id_of(&ada))
        .await
        .expect_problem(404, "user-not-found");
    boss.change(id_of(&ada), json!({ "disabled": true }))
        .await
        .expect_problem(404, "user-not-found");
    world
        .sign_in("ada", PASSWORD)
        .await
        .expect_problem(401, "invalid-credentials");
    world
        .refresh(ada.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    world
        .send(call("GET", "/auth/me").bearer(ada.text("accessToken")))
        .await
        .expect_problem(401, "unauthenticated");
    let again = world.somebody("ada").await;
    assert_ne!(id_of(&ada), id_of(&again));
}

#[tokio::test]
async fn what_is_no_change_or_no_account_is_refused() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    for body in [
        json!({}),
        json!({ "role": null }),
        json!({ "role": "root" }),
        json!({ "disabled": "yes" }),
        json!({ "email": "x@example.org" }),
    ] {
        boss.change(nobody, body)
            .await
            .expect_problem(422, "invalid-request");
    }
    for id in [nobody, "x", "%2e%2e", "00000000-0000-0000-0000-000000000000"] {
        boss.change(id, json!({ "disabled": true }))
            .await
            .expect_problem(404, "user-not-found");
        boss.delete(id).await.expect_problem(404, "user-not-found");
    }
}

#[tokio::test]
async fn accounts_are_listed_by_username_in_pages_and_by_prefix() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    for username in ["Carol", "bob", "ada", "adele"] {
        world.sign_up(username).await.expect(201);
    }
    let all = boss.list("").await;
    assert_eq!(usernames(&all), ["ada", "adele", "admin", "bob", "Carol"]);
    assert_eq!(all.body["nextCursor"], Value::Null);
    assert!(!all.body.to_string().contains("argon"));
    assert_eq!(
        usernames(&boss.list("?prefix=AD").await),
        ["ada", "adele", "admin"]
    );
    assert_eq!(usernames(&boss.list("?prefix=zz").await), Vec::<&str>::new());

    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = boss.list(&format!("?limit=2{cursor}")).await;
        seen.extend(usernames(&page).into_iter().map(str::to_owned));
        let Some(next) = page.body["nextCursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["ada", "adele", "admin", "bob", "Carol"]);

    let page = boss.list("?limit=1&prefix=ad").await;
    let cursor = page.text("nextCursor");
    for query in [
        format!("?limit=1&cursor={cursor}"),
        format!("?limit=1&prefix=a&cursor={cursor}"),
        "?cursor=x".to_owned(),
        "?cursor=".to_owned(),
    ] {
        boss.list(&query).await.expect_problem(400, "invalid-cursor");
    }
    for query in [
        "?limit=0",
        "?limit=101",
        "?prefix=",
        "?prefix=a%20b",
        "?prefix=%C3%A4",
        "?page=2",
    ] {
        boss.list(query).await.expect_problem(422, "invalid-request");
    }
}
