//! The function as its callers see it: events in, answers out, over stores in memory.

mod accounts;
mod administrator;
mod api_keys;
mod audit;
mod lockout;
mod log;
pub(crate) mod memory;
mod own_sessions;
mod reset;
mod sessions;
mod standing;
mod user_creation;
mod users;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use lambda_kit::{AccessTokens, Clock, Function, Invocation, RandomIds, testing};
use serde_json::{Value, json};

use self::memory::{Keys, Letters, Links, People, Rows, Texts};
use crate::{
    adapters::SystemRandom,
    http::{self, Context},
    passwords::Passwords,
    signing::SigningKeys,
};

/// A password that is good enough.
const PASSWORD: &str = "analytical engine 1843";

/// The function with everything around it at hand.
struct World {
    function: Function,
    people: People,
    sessions: Rows,
    api_keys: Keys,
    links: Links,
    mail: Letters,
    audit: testing::AuditRows,
    clock: Arc<Standing>,
}

/// A clock that stands until it is moved.
struct Standing(Mutex<Timestamp>);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// An answer of the function.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Value,
    cookies: Vec<String>,
    body: Value,
}

/// A request that is being put together.
struct Call {
    method: &'static str,
    path: String,
    body: Option<Value>,
    headers: Value,
    cookies: Vec<String>,
}

fn call(method: &'static str, path: &str) -> Call {
    Call {
        method,
        path: path.to_owned(),
        body: None,
        headers: json!({}),
        cookies: Vec::new(),
    }
}

impl Call {
    fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self.header("content-type", "application/json")
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers[name] = value.into();
        self
    }

    fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    fn cookie(mut self, cookie: &str) -> Self {
        self.cookies.push(cookie.to_owned());
        self
    }
}

impl World {
    fn new() -> Self {
        Self::with_sign_up(true)
    }

    fn with_sign_up(self_sign_up: bool) -> Self {
        log::start();
        let clock = Arc::new(Standing(Mutex::new("2026-11-20T11:00:00Z".parse().unwrap())));
        let (people, sessions, texts) = (People::default(), Rows::default(), Texts::default());
        let (links, mail) = (Links::default(), Letters::default());
        let api_keys = Keys::default();
        let audit = testing::AuditRows::default();
        texts.set("/origin", "https://faces.example.org");
        let context = Context::<memory::Memory> {
            accounts: people.clone(),
            sessions: sessions.clone(),
            api_keys: api_keys.clone(),
            resets: links.clone(),
            mail: mail.clone(),
            parameters: texts.clone(),
            site_origin_parameter: "/origin".to_owned(),
            forgot_takes: Duration::ZERO,
            signing: SigningKeys::new(texts.clone(), "/private".to_owned(), "/public".to_owned()),
            passwords: Passwords::quick(),
            random: SystemRandom,
            limits: testing::limits_at(clock.clone()).behind_edge("stack-1"),
            trail: testing::trail_over(clock.clone(), audit.clone()),
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
            self_sign_up,
        };
        let tokens = AccessTokens::new(clock.clone(), move || {
            let keys = texts.get("/public");
            async move { Ok(keys) }
        });
        Self {
            function: http::function(tokens, Arc::new(context)),
            people,
            sessions,
            api_keys,
            links,
            mail,
            audit,
            clock,
        }
    }

    fn wait(&self, duration: SignedDuration) {
        let mut now = self.clock.0.lock().unwrap();
        *now += duration;
    }

    async fn send(&self, call: Call) -> Answer {
        self.send_from("127.0.0.1", call).await
    }

    async fn send_from(&self, source_ip: &str, call: Call) -> Answer {
        let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
        let event = json!({
            "version": "2.0", "rawPath": format!("/api{path}"), "rawQueryString": query, "headers": call.headers,
            "cookies": call.cookies, "requestContext": { "http": { "method": call.method, "sourceIp": source_ip } },
            "body": call.body.map(|it| it.to_string()), "isBase64Encoded": false,
        });
        let payload = self.function.invoke(event, Invocation::new("req")).await.unwrap();
        Answer {
            status: payload["statusCode"].as_u64().unwrap().try_into().unwrap(),
            headers: payload["headers"].clone(),
            cookies: serde_json::from_value(payload.get("cookies").cloned().unwrap_or_else(|| json!([])))
                .unwrap(),
            body: serde_json::from_str(payload["body"].as_str().unwrap()).unwrap_or(Value::Null),
        }
    }

    async fn sign_up(&self, username: &str) -> Answer {
        let email = format!("{username}@example.org");
        self.send(
            call("POST", "/auth/sign-up")
                .json(json!({ "username": username, "email": email, "password": PASSWORD })),
        )
        .await
    }

    async fn sign_in(&self, username: &str, password: &str) -> Answer {
        self.send(
            call("POST", "/auth/sign-in")
                .json(json!({ "username": username, "password": password, "delivery": "body" })),
        )
        .await
    }

    /// Signs somebody up and in.
    async fn somebody(&self, username: &str) -> Answer {
        self.sign_up(username).await.expect(201);
        let answer = self.sign_in(username, PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    async fn refresh(&self, token: &str) -> Answer {
        self.send(call("POST", "/auth/refresh").json(json!({ "refreshToken": token })))
            .await
    }
}

impl Answer {
    #[track_caller]
    fn expect(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    fn expect_problem(&self, status: u16, slug: &str) -> &Self {
        self.expect(status);
        assert_eq!(self.body["type"], format!("/problems/{slug}"), "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self
    }

    fn text(&self, name: &str) -> &str {
        self.body[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} in {self:?}"))
    }
}
