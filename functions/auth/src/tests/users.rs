//! Accounts as administrators manage them.

use super::*;

pub(super) const CHOSEN: &str = "note g computes bernoulli";

/// Makes the first administrator, with a password of his own, and returns his session.
pub(super) async fn administrator(world: &World) -> Answer {
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
pub(super) async fn own_password(world: &World, username: &str, one_time: &str) -> Answer {
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
pub(super) struct Boss<'a> {
    world: &'a World,
    token: String,
}

impl<'a> Boss<'a> {
    pub(super) fn new(world: &'a World, session: &Answer) -> Self {
        let token = session.text("accessToken").to_owned();
        Self { world, token }
    }

    pub(super) async fn send(&self, call: Call) -> Answer {
        self.world.send(call.bearer(&self.token)).await
    }

    pub(super) async fn create(&self, username: &str, role: &str) -> Answer {
        let email = format!("{username}@example.org");
        let body = json!({ "username": username, "email": email, "role": role });
        self.send(call("POST", "/users").json(body)).await
    }

    /// Creates an account with a password of its own, and returns its id and session.
    pub(super) async fn somebody(&self, username: &str, role: &str) -> (String, Answer) {
        let made = self.create(username, role).await;
        let id = made.expect(201).body["user"]["id"].as_str().unwrap().to_owned();
        (
            id,
            own_password(self.world, username, made.text("oneTimePassword")).await,
        )
    }

    pub(super) async fn change(&self, id: &str, body: Value) -> Answer {
        self.send(call("PATCH", &format!("/users/{id}")).json(body)).await
    }

    pub(super) async fn delete(&self, id: &str) -> Answer {
        self.send(call("DELETE", &format!("/users/{id}"))).await
    }

    pub(super) async fn list(&self, query: &str) -> Answer {
        self.send(call("GET", &format!("/users{query}"))).await
    }
}

fn usernames(page: &Answer) -> Vec<&str> {
    let items = page.expect(200).body["items"].as_array().unwrap();
    items.iter().map(|it| it["username"].as_str().unwrap()).collect()
}

pub(super) fn id_of(session: &Answer) -> &str {
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
