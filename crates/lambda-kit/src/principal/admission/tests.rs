//! Who may call what, written out: every route of the API and every kind of caller.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use api::Route;
use domain::{DoorId, Role, UserId};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{
    Function, Invocation, Response, Router,
    testing::{self, ApiKeyRows, StoppedClock},
};

/// Kinds of callers, in the order of the verdicts below: nobody; a session with a one-time password, of a user, of an
/// administrator; an API key with each scope alone, in the order of [`Scope::ALL`], and with all of them; the key of a
/// device at a door; a key with all scopes whose owner is disabled; an administrator's session and a key at once.
const N_CALLERS: usize = 14;

/// What becomes of a caller: `+` is let in; `u` unauthenticated, `p` password-change-required, `f` forbidden,
/// `s` insufficient-scope, `k` invalid-api-key.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    //                           nobody
    //                           | restricted user admin
    //                           | |||  analyze people:read people:write identify liveness door
    //                           | |||  ||||||  all scopes
    //                           | |||  ||||||  |  device  disabled owner  both headers
    ("getHealth",               "+ +++  ++++++  +  +  +  +"),
    ("getOpenapi",              "+ +++  ++++++  +  +  +  +"),
    ("getJwks",                 "+ +++  ++++++  +  +  +  +"),
    ("signUp",                  "+ +++  ++++++  +  +  +  +"),
    ("signIn",                  "+ +++  ++++++  +  +  +  +"),
    ("refresh",                 "+ +++  ++++++  +  +  +  +"),
    ("forgotPassword",          "+ +++  ++++++  +  +  +  +"),
    ("resetPassword",           "+ +++  ++++++  +  +  +  +"),
    ("signOut",                 "u +++  uuuuuu  u  u  u  u"),
    ("getMe",                   "u +++  uuuuuu  u  u  u  u"),
    ("changePassword",          "u +++  uuuuuu  u  u  u  u"),
    ("listSessions",            "u p++  uuuuuu  u  u  u  u"),
    ("deleteSession",           "u p++  uuuuuu  u  u  u  u"),
    ("listApiKeys",             "u p++  uuuuuu  u  u  u  u"),
    ("createApiKey",            "u p++  uuuuuu  u  u  u  u"),
    ("deleteApiKey",            "u p++  uuuuuu  u  u  u  u"),
    ("listUsers",               "u pf+  uuuuuu  u  u  u  u"),
    ("createUser",              "u pf+  uuuuuu  u  u  u  u"),
    ("changeUser",              "u pf+  uuuuuu  u  u  u  u"),
    ("deleteUser",              "u pf+  uuuuuu  u  u  u  u"),
    ("listAudit",               "u pf+  uuuuuu  u  u  u  u"),
    ("createUpload",            "u p++  +s++s+  +  s  k  u"),
    ("createAnalysis",          "u p++  +sssss  +  s  k  u"),
    ("listAnalyses",            "u p++  +sssss  +  s  k  u"),
    ("getAnalysis",             "u p++  +sssss  +  s  k  u"),
    ("deleteAnalysis",          "u p++  +sssss  +  s  k  u"),
    ("getAnalysisImage",        "u p++  +sssss  +  s  k  u"),
    ("createLivenessChallenge", "u p++  ssss+s  +  s  k  u"),
    ("putLivenessFrame",        "u p++  ssss+s  +  s  k  u"),
    ("verifyLivenessChallenge", "u p++  ssss+s  +  s  k  u"),
    ("createPerson",            "u p++  ss+sss  +  s  k  u"),
    ("listPeople",              "u p++  s++sss  +  s  k  u"),
    ("getPerson",               "u p++  s++sss  +  s  k  u"),
    ("changePerson",            "u p++  ss+sss  +  s  k  u"),
    ("deletePerson",            "u p++  ss+sss  +  s  k  u"),
    ("addPersonFace",           "u p++  ss+sss  +  s  k  u"),
    ("deletePersonFace",        "u p++  ss+sss  +  s  k  u"),
    ("getPersonFaceImage",      "u p++  s++sss  +  s  k  u"),
    ("verifyPerson",            "u p++  sss+ss  +  s  k  u"),
    // No route of the API yet; see `AT_THE_DOOR`.
    ("atTheDoor",               "u uuu  ssssss  s  +  k  u"),
];

/// A rule that no route of the API has yet.
static AT_THE_DOOR: Route = Route {
    method: api::Method::Get,
    path: "/at-the-door",
    id: "atTheDoor",
    function: "TestFunction",
    access: Access::Device,
    summary: "",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[],
    own_problems: &[],
};

fn now() -> Timestamp {
    "2026-11-20T11:00:00Z".parse().unwrap()
}

fn user() -> UserId {
    UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap()
}

fn routes() -> impl Iterator<Item = &'static Route> {
    api::ROUTES.iter().copied().chain([&AT_THE_DOOR])
}

/// A function that serves every route there is, and counts whom it lets in.
struct World {
    function: Function,
    keys: ApiKeyRows,
    n_let_in: Arc<AtomicUsize>,
}

impl World {
    fn new() -> Self {
        let (keys, n_let_in) = (ApiKeyRows::default(), Arc::new(AtomicUsize::new(0)));
        let clock = Arc::new(StoppedClock(now()));
        let router = Router::new(testing::access_tokens(now()), n_let_in.clone())
            .api_keys(keys.verifier(clock.clone()))
            .limits(testing::limits_at(clock));
        let router = routes().fold(router, |router, route| {
            router.route(route, async |n_let_in, _| {
                n_let_in.fetch_add(1, Ordering::Relaxed);
                Ok(Response::no_content())
            })
        });
        Self {
            function: Function::http(router),
            keys,
            n_let_in,
        }
    }

    /// Calls a route; returns the verdict and the answer.
    async fn call(&self, route: &Route, headers: &Value) -> (char, Value) {
        let before = self.n_let_in.load(Ordering::Relaxed);
        let payload = self
            .function
            .invoke(event(route, headers), Invocation::new("r"))
            .await
            .unwrap();
        let let_in = before < self.n_let_in.load(Ordering::Relaxed);
        let body: Value = serde_json::from_str(payload["body"].as_str().unwrap()).unwrap_or_default();
        let verdict = match (payload["statusCode"].as_u64(), body["type"].as_str()) {
            (Some(204), _) => '+',
            (Some(401), Some("/problems/unauthenticated")) => 'u',
            (Some(401), Some("/problems/invalid-api-key")) => 'k',
            (Some(403), Some("/problems/password-change-required")) => 'p',
            (Some(403), Some("/problems/forbidden")) => 'f',
            (Some(403), Some("/problems/insufficient-scope")) => 's',
            _ => panic!("{payload}"),
        };
        assert_eq!(let_in, verdict == '+', "{} {headers}", route.id);
        (verdict, body)
    }

    fn key(&self, scopes: &[Scope]) -> Value {
        json!({ "x-api-key": self.keys.issue(user(), scopes, None) })
    }

    fn device(&self) -> Value {
        let door = DoorId::parse("01890a5f-0000-7000-8000-000000000002").unwrap();
        json!({ "x-api-key": self.keys.issue(user(), &[Scope::Door], Some(door)) })
    }

    /// Headers of every kind of caller, in the order of the table.
    fn callers(&self) -> Vec<Value> {
        let mut callers = vec![
            json!({}),
            session(Role::User, true),
            session(Role::User, false),
            session(Role::Admin, false),
        ];
        callers.extend(Scope::ALL.iter().map(|it| self.key(&[*it])));
        callers.extend([self.key(Scope::ALL), self.device()]);
        let disabled = UserId::parse("01890a5d-ac96-774b-bcce-b302099a8058").unwrap();
        self.keys.disable(disabled);
        callers.push(json!({ "x-api-key": self.keys.issue(disabled, Scope::ALL, None) }));
        let mut both = session(Role::Admin, false);
        both["x-api-key"] = self.key(Scope::ALL)["x-api-key"].clone();
        callers.push(both);
        callers
    }
}

fn session(role: Role, must_change_password: bool) -> Value {
    let token = testing::token_of(user(), role, must_change_password, now());
    json!({ "authorization": format!("Bearer {token}") })
}

fn event(route: &Route, headers: &Value) -> Value {
    let path = route.path.replace("{id}", "1");
    json!({
        "version": "2.0", "rawPath": format!("{}{path}", api::BASE_PATH), "rawQueryString": "", "headers": headers,
        "requestContext": { "http": { "method": route.method.as_str(), "sourceIp": "127.0.0.1" } },
        "body": "", "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn every_route_lets_in_exactly_whom_the_table_says() {
    let world = World::new();
    let callers = world.callers();
    assert_eq!(callers.len(), N_CALLERS);
    let mut differences = Vec::new();
    for route in routes() {
        let expected = TABLE
            .iter()
            .find(|it| it.0 == route.id)
            .map(|it| it.1.replace(' ', ""));
        let mut found = String::new();
        for caller in &callers {
            found.push(world.call(route, caller).await.0);
        }
        if expected.as_ref() != Some(&found) {
            differences.push(format!("{}: {found}, expected {expected:?}", route.id));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    let unknown: Vec<_> = TABLE
        .iter()
        .filter(|row| routes().all(|it| it.id != row.0))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_which_is_enough_and_nothing_else_happens() {
    let world = World::new();
    let (people, analyze) = (&api::routes::LIST_PEOPLE, world.key(&[Scope::Analyze]));
    let (_, body) = world.call(people, &analyze).await;
    assert_eq!(body["scopes"], json!(["people:read", "people:write"]));
    assert_eq!(body.get("detail"), None);
    let (_, body) = world.call(people, &world.device()).await;
    assert!(body["detail"].as_str().unwrap().contains("device"), "{body}");
    let (_, body) = world.call(&AT_THE_DOOR, &analyze).await;
    assert_eq!(body["scopes"], json!(["door"]));
    assert!(body["detail"].as_str().unwrap().contains("door"), "{body}");
    assert_eq!(world.keys.uses(), []);
    world.call(people, &world.key(&[Scope::PeopleWrite])).await;
    assert_eq!(world.keys.uses().len(), 1);
}

#[tokio::test]
async fn a_key_where_somebody_must_be_signed_in_is_not_even_looked_up() {
    let world = World::new();
    let key = world.key(Scope::ALL);
    for route in [
        &api::routes::ME,
        &api::routes::LIST_USERS,
        &api::routes::LIST_API_KEYS,
    ] {
        let (verdict, body) = world.call(route, &key).await;
        assert_eq!(verdict, 'u');
        assert!(body["detail"].as_str().unwrap().contains("signed in"), "{body}");
    }
    let mut both = session(Role::Admin, false);
    both["x-api-key"] = key["x-api-key"].clone();
    let (_, body) = world.call(&api::routes::LIST_ANALYSES, &both).await;
    assert!(body["detail"].as_str().unwrap().contains("not both"), "{body}");
    let (_, body) = world.call(&AT_THE_DOOR, &session(Role::Admin, false)).await;
    assert!(body["detail"].as_str().unwrap().contains("device"), "{body}");
    assert_eq!(world.keys.n_reads(), 0);
}

#[tokio::test]
async fn a_key_counts_as_one_only_in_its_header_and_whole() {
    let world = World::new();
    let route = &api::routes::GET_ANALYSIS;
    let key = world.key(Scope::ALL)["x-api-key"].as_str().unwrap().to_owned();
    for authorization in [format!("Bearer {key}"), key.clone(), format!("ApiKey {key}")] {
        let (verdict, _) = world
            .call(route, &json!({ "authorization": authorization }))
            .await;
        assert_eq!(verdict, 'u', "{authorization}");
    }
    let refused = [
        String::new(),
        "x".to_owned(),
        "schlüssel".to_owned(),
        format!("{key}, {key}"),
        format!("Bearer {key}"),
        "visavis_".repeat(100_000),
    ];
    for text in refused {
        let (verdict, _) = world.call(route, &json!({ "x-api-key": text })).await;
        assert_eq!(verdict, 'k', "{}", &text[..text.len().min(99)]);
    }
    let (verdict, _) = world.call(route, &json!({ "X-Api-Key": key })).await;
    assert_eq!(verdict, '+');
}

#[tokio::test]
async fn a_use_that_is_written_down_goes_into_the_trail_as_well_and_no_other() {
    let (keys, clock) = (ApiKeyRows::default(), Arc::new(StoppedClock(now())));
    let entries = testing::AuditRows::default();
    let router = Router::new(testing::access_tokens(now()), Arc::new(()))
        .api_keys(keys.verifier(clock.clone()))
        .trail(testing::trail_over(clock, entries.clone()))
        .route(
            &api::routes::GET_ANALYSIS,
            async |_, _| Ok(Response::no_content()),
        );
    let function = Function::http(router);
    let key = json!({ "x-api-key": keys.issue(user(), Scope::ALL, None) });
    let other = json!({ "x-api-key": keys.issue(user(), &[Scope::Identify], None) });
    for headers in [&session(Role::User, false), &other, &key, &key] {
        let event = event(&api::routes::GET_ANALYSIS, headers);
        function.invoke(event, Invocation::new("r")).await.unwrap();
    }
    let entries = entries.lock().unwrap();
    let texts: Vec<_> = entries.values().map(|it| it.text.as_str()).collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("api-key-used"), "{texts:?}");
    assert!(texts[0].contains(&user().to_string()), "{texts:?}");
    assert!(texts[0].contains(&keys.uses()[0].id.to_string()), "{texts:?}");
}
