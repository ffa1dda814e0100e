//! Attacks on access tokens, told to the running suite through its gateway.
//!
//! Each row is what a caller sends as `Authorization`. The tokens whose signature is good are made with the suite's own
//! key, so that a row is refused for what it names and for nothing else; the controls are made the same way and get in.

mod rows;

use journeys::forgery::{TokenKey, decoded};
use journeys::{Person, Suite};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// One of each function that verifies tokens: the keys are kept by each for itself.
const PROTECTED: [&str; 2] = ["/api/auth/me", "/api/analyses"];

#[derive(Clone, Copy, PartialEq, Debug)]
enum Verdict {
    Accepted,
    Forged,
    Expired,
}
use Verdict::{Accepted, Expired, Forged};
use rows::Row;

/// What every row is made from.
struct Material {
    /// A token that the suite gave.
    token: String,
    refresh_token: String,
    /// What a good token says, beginning now.
    claims: Value,
    now_s: i64,
    /// The key in use, and the published one that will be used next.
    key: TokenKey,
    next: TokenKey,
    foreign: TokenKey,
    /// The published keys as they are served.
    jwks: Value,
}

impl Material {
    async fn collect(suite: &Suite) -> Self {
        let ada = suite.person("ada").await;
        let token = ada.token().expect("a token").to_owned();
        let sign_in =
            json!({ "username": "ada", "password": "a long sentence nobody uses", "delivery": "body" });
        let session = ada.post("/api/auth/sign-in", &sign_in).await.expect(200);
        let mut keys = suite.token_keys().await;
        let (next, key) = (keys.pop().expect("two keys"), keys.pop().expect("two keys"));
        assert!(key.signed(&token), "the suite signs with the first key");
        let claims = decoded(&token, 1);
        Self {
            now_s: claims["iat"].as_i64().expect("a time"),
            token,
            refresh_token: session["refreshToken"].as_str().expect("a token").to_owned(),
            claims,
            key,
            next,
            foreign: TokenKey::foreign(),
            jwks: ada.get("/api/auth/jwks.json").await.expect(200),
        }
    }

    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.key.kid })
    }

    /// A token with a good signature and these members of its header changed; `null` takes one out.
    fn header_with(&self, changes: &Value) -> String {
        self.key.sign(&changed(self.header(), changes), &self.claims)
    }

    /// A token with a good signature and these claims changed.
    fn claims_with(&self, changes: &Value) -> String {
        self.key
            .sign(&self.header(), &changed(self.claims.clone(), changes))
    }
}

fn changed(mut object: Value, changes: &Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    object
}

/// Sends a row and checks the answer; of a refusal, returns what must be the same for all.
async fn judged(
    somebody: &Person<'_>,
    path: &str,
    (what, verdict, sent): &Row,
) -> Option<(Value, Vec<String>)> {
    let mut headers = HeaderMap::new();
    for value in sent {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header");
        headers.append(AUTHORIZATION, value);
    }
    let answer = somebody.get_with(path, headers).await;
    if *verdict == Accepted {
        assert_eq!(answer.status, 200, "{what}, {path}: {}", answer.json);
        return None;
    }
    let all = format!("{:?}{}", answer.headers, String::from_utf8_lossy(&answer.bytes));
    for leaked in sent
        .iter()
        .flat_map(|it| it.split([' ', '.', ',']))
        .filter(|it| it.len() > 6)
    {
        assert!(!all.contains(leaked), "{what}, {path}: {leaked} is in the answer");
    }
    assert_eq!(answer.headers["www-authenticate"], "Bearer", "{what}, {path}");
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    let slug = if *verdict == Expired {
        "token-expired"
    } else {
        "unauthenticated"
    };
    assert_eq!(answer.status, 401, "{what}, {path}: {}", answer.json);
    let problem = answer.expect_problem(401, slug);
    Some((changed(problem, &json!({ "instance": null })), names))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_forged_token_opens_anything_and_all_forgeries_get_the_same_answer() {
    let suite = Suite::start().await;
    let material = Material::collect(&suite).await;
    let controls = rows::controls(&material);
    let mut rows = [controls.clone(), rows::attacks(&material)].concat();
    let n_rows = rows.len();
    // Good tokens once more: no attack has spoilt them.
    rows.extend(controls);

    let somebody = suite.anonymous();
    for path in PROTECTED {
        let mut refusals = [const { Vec::new() }; 2];
        for row in &rows {
            if let Some(refusal) = judged(&somebody, path, row).await {
                refusals[usize::from(row.1 == Expired)].push((row.0, refusal));
            }
        }
        for kind in &refusals {
            let (first, rest) = kind.split_first().expect("a refusal");
            for (what, refusal) in rest {
                assert_eq!(*refusal, first.1, "{what} and {} differ, {path}", first.0);
            }
        }
    }
    for (what, verdict, _) in rows.iter().take(n_rows) {
        let answer = match verdict {
            Accepted => "200",
            Forged => "401 unauthenticated",
            Expired => "401 token-expired",
        };
        println!("{what:<48} {answer}");
    }
    println!("{n_rows} rows at {PROTECTED:?}");
}
