use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::*;

const USER: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const SESSION: &str = "01890a5e-0000-7000-8000-000000000001";
/// 2026-11-20T11:00:00Z.
const NOW_S: i64 = 1_795_172_400;

/// A clock that stands where it is put.
struct Standing(Mutex<Timestamp>);

impl Standing {
    fn at(second: i64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Timestamp::from_second(second).unwrap())))
    }

    fn advance(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = Timestamp::from_second(now.as_second() + seconds).unwrap();
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A key pair made from a seed.
struct Pair {
    private: EncodingKey,
    public: Vec<u8>,
    kid: &'static str,
}

fn pair(kid: &'static str, seed: u8) -> Pair {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let private = EncodingKey::from_ed_der(pair.to_pkcs8().unwrap().as_ref());
    Pair {
        private,
        public: pair.public_key().as_ref().to_vec(),
        kid,
    }
}

fn jwk(pair: &Pair) -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": pair.kid,
        "x": URL_SAFE_NO_PAD.encode(&pair.public),
    })
}

fn jwks(pairs: &[&Pair]) -> String {
    json!({ "keys": pairs.iter().map(|it| jwk(it)).collect::<Vec<_>>() }).to_string()
}

fn header(pair: &Pair) -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TOKEN_TYPE.to_owned());
    header.kid = Some(pair.kid.to_owned());
    header
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": USER, "role": "user", "sid": SESSION, "jti": "1",
        "iat": NOW_S, "exp": NOW_S + 900,
    })
}

fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn sign(pair: &Pair, header: &Header, claims: &Value) -> String {
    jsonwebtoken::encode(header, claims, &pair.private).unwrap()
}

fn good(pair: &Pair) -> String {
    sign(pair, &header(pair), &claims())
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Replaces what the header of a token says, keeping its signature.
fn reheaded(token: &str, header: &Value) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", encoded(header))
}

fn verifier(clock: Arc<Standing>, set: String) -> AccessTokens {
    AccessTokens::new(clock, move || {
        let set = set.clone();
        async move { Ok(Some(set)) }
    })
}

async fn verdict(token: &str) -> Result<Principal, ProblemType> {
    let tokens = verifier(Standing::at(NOW_S), jwks(&[&pair("a", 1), &pair("b", 2)]));
    tokens
        .verify(Some(&format!("Bearer {token}")))
        .await
        .map_err(|it| it.problem().kind())
}

#[tokio::test]
async fn a_good_token_says_who_calls() {
    let principal = verdict(&good(&pair("a", 1))).await.unwrap();
    assert_eq!(
        principal,
        Principal {
            user: UserId::parse(USER).unwrap(),
            credential: Credential::Session {
                id: SessionId::parse(SESSION).unwrap(),
                role: Role::User,
                must_change_password: false,
            },
        }
    );
    verdict(&good(&pair("b", 2))).await.unwrap();
    let key = pair("a", 1);
    let restricted = sign(
        &key,
        &header(&key),
        &claims_with(&json!({ "pwc": true, "role": "admin" })),
    );
    let principal = verdict(&restricted).await.unwrap();
    assert!(principal.is_admin());
    assert!(matches!(
        principal.credential,
        Credential::Session {
            must_change_password: true,
            ..
        }
    ));
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table, which reads best whole")]
async fn every_known_attack_on_a_token_is_refused() {
    let key = pair("a", 1);
    let token = good(&key);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (head, _) = message.split_once('.').unwrap();
    let head_says = |changes: Value| {
        let mut header = json!({ "alg": "EdDSA", "typ": TOKEN_TYPE, "kid": "a" });
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        header
    };
    // HS256 with the public key as the secret: what verifiers fall for that let the token choose.
    let hmac = |secret: &[u8]| {
        let mut header = header(&key);
        header.alg = Algorithm::HS256;
        jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
    };
    let signed = |header: &Header, changes: &Value| sign(&key, header, &claims_with(changes));
    let with_header = |change: fn(&mut Header)| {
        let mut header = header(&key);
        change(&mut header);
        sign(&key, &header, &claims())
    };
    let stranger = pair("a", 9);
    let mut flipped = signature.to_owned();
    flipped.replace_range(0..1, if signature.starts_with('A') { "B" } else { "A" });

    let attacks: Vec<(&str, String)> = vec![
        (
            "no algorithm, no signature",
            format!(
                "{}.{}.",
                encoded(&head_says(json!({ "alg": "none" }))),
                encoded(&claims())
            ),
        ),
        (
            "no algorithm, old signature",
            reheaded(&token, &head_says(json!({ "alg": "none" }))),
        ),
        (
            "no algorithm in capitals",
            reheaded(&token, &head_says(json!({ "alg": "NONE" }))),
        ),
        ("HMAC with the public key", hmac(&key.public)),
        (
            "HMAC with the published key's text",
            hmac(URL_SAFE_NO_PAD.encode(&key.public).as_bytes()),
        ),
        ("HMAC with the published key set", hmac(jwks(&[&key]).as_bytes())),
        (
            "another algorithm in the header",
            reheaded(&token, &head_says(json!({ "alg": "HS256" }))),
        ),
        (
            "a header that was changed",
            reheaded(&token, &head_says(json!({ "x": 1 }))),
        ),
        ("a key of one's own under a known name", good(&stranger)),
        (
            "the other key's name",
            reheaded(&token, &head_says(json!({ "kid": "b" }))),
        ),
        ("an unknown key", with_header(|it| it.kid = Some("c".to_owned()))),
        ("no key", with_header(|it| it.kid = None)),
        (
            "a key name that is a path",
            with_header(|it| it.kid = Some("../../dev/null".to_owned())),
        ),
        ("a key of one's own in the header", {
            let mut header = header(&stranger);
            header.jwk = serde_json::from_value(jwk(&stranger)).unwrap();
            header.kid = Some("mine".to_owned());
            sign(&stranger, &header, &claims())
        }),
        (
            "an address for keys in the header",
            with_header(|it| {
                it.jku = Some("https://evil.example/jwks.json".to_owned());
                it.kid = Some("evil".to_owned());
            }),
        ),
        (
            "an extension one must understand",
            with_header(|it| it.crit = Some(vec!["exp".to_owned()])),
        ),
        (
            "a token of another type",
            with_header(|it| it.typ = Some("JWT".to_owned())),
        ),
        ("a token without a type", with_header(|it| it.typ = None)),
        (
            "another audience",
            signed(&header(&key), &json!({ "aud": "visavis-liveness" })),
        ),
        (
            "several audiences",
            signed(&header(&key), &json!({ "aud": [AUDIENCE, "x"] })),
        ),
        ("no audience", signed(&header(&key), &json!({ "aud": null }))),
        (
            "another issuer",
            signed(&header(&key), &json!({ "iss": "visavis.evil.example" })),
        ),
        ("no issuer", signed(&header(&key), &json!({ "iss": null }))),
        ("no expiry", signed(&header(&key), &json!({ "exp": null }))),
        (
            "an expiry that is a text",
            signed(&header(&key), &json!({ "exp": "9999999999" })),
        ),
        (
            "an expiry in the far future",
            signed(&header(&key), &json!({ "exp": NOW_S + 86_400 * 365 })),
        ),
        (
            "an expiry before its beginning",
            signed(&header(&key), &json!({ "exp": NOW_S - 1, "iat": NOW_S })),
        ),
        (
            "numbers at their ends",
            signed(&header(&key), &json!({ "exp": i64::MAX, "iat": i64::MIN })),
        ),
        (
            "issued in the future",
            signed(&header(&key), &json!({ "iat": NOW_S + 60, "exp": NOW_S + 600 })),
        ),
        (
            "valid in the future",
            signed(&header(&key), &json!({ "nbf": NOW_S + 60 })),
        ),
        ("no time of issue", signed(&header(&key), &json!({ "iat": null }))),
        ("no subject", signed(&header(&key), &json!({ "sub": null }))),
        (
            "a subject that is no account",
            signed(&header(&key), &json!({ "sub": "admin" })),
        ),
        (
            "an unknown role",
            signed(&header(&key), &json!({ "role": "root" })),
        ),
        ("no session", signed(&header(&key), &json!({ "sid": null }))),
        (
            "claims that were changed",
            format!(
                "{head}.{}.{signature}",
                encoded(&claims_with(&json!({ "role": "admin" })))
            ),
        ),
        ("a signature that was changed", format!("{message}.{flipped}")),
        (
            "a signature that was cut",
            format!("{message}.{}", &signature[..40]),
        ),
        ("no signature", format!("{message}.")),
        ("two parts", message.to_owned()),
        ("four parts", format!("{token}.x")),
        ("claims that are no object", {
            sign(&key, &header(&key), &json!("x"))
        }),
        ("not a token", "hunter2".to_owned()),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("a very long token", "a".repeat(100_000)),
        ("characters that are not ASCII", "ä.ö.ü".to_owned()),
    ];
    for (attack, token) in attacks {
        assert_eq!(
            verdict(&token).await,
            Err(ProblemType::Unauthenticated),
            "{attack}"
        );
    }
}

#[tokio::test]
async fn a_token_ends_at_its_second() {
    let key = pair("a", 1);
    let clock = Standing::at(NOW_S + 899);
    let tokens = verifier(clock.clone(), jwks(&[&key]));
    let header = format!("Bearer {}", good(&key));
    tokens.verify(Some(&header)).await.unwrap();
    clock.advance(1);
    let failure = tokens.verify(Some(&header)).await.unwrap_err();
    assert_eq!(failure.problem().kind(), ProblemType::TokenExpired);
}

#[tokio::test]
async fn clocks_may_be_a_few_seconds_apart() {
    let key = pair("a", 1);
    let header = format!("Bearer {}", good(&key));
    verifier(Standing::at(NOW_S - 5), jwks(&[&key]))
        .verify(Some(&header))
        .await
        .unwrap();
    verifier(Standing::at(NOW_S - 6), jwks(&[&key]))
        .verify(Some(&header))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn only_a_bearer_token_is_looked_at() {
    let key = pair("a", 1);
    let tokens = verifier(Standing::at(NOW_S), jwks(&[&key]));
    let token = good(&key);
    tokens.verify(Some(&format!("bearer {token}"))).await.unwrap();
    for header in [
        None,
        Some(""),
        Some("Bearer"),
        Some(&*token),
        Some(&*format!("Basic {token}")),
        Some(&*format!("Bearer{token}")),
    ] {
        let failure = tokens.verify(header).await.unwrap_err();
        assert_eq!(failure.problem().kind(), ProblemType::Unauthenticated);
    }
}

/// A key set that counts how often it is read and can be changed.
#[derive(Clone, Default)]
struct Counted {
    set: Arc<Mutex<Option<String>>>,
    n_reads: Arc<AtomicUsize>,
}

impl Counted {
    fn publish(&self, pairs: &[&Pair]) {
        *self.set.lock().unwrap() = Some(jwks(pairs));
    }

    fn n_reads(&self) -> usize {
        self.n_reads.load(Ordering::Relaxed)
    }

    fn tokens(&self, clock: Arc<Standing>) -> AccessTokens {
        let source = self.clone();
        AccessTokens::new(clock, move || {
            source.n_reads.fetch_add(1, Ordering::Relaxed);
            let set = source.set.lock().unwrap().clone();
            async move { Ok(set) }
        })
    }
}

#[tokio::test]
async fn keys_are_read_once_in_five_minutes() {
    let (source, clock, key) = (Counted::default(), Standing::at(NOW_S), pair("a", 1));
    source.publish(&[&key]);
    let tokens = source.tokens(clock.clone());
    let header = format!("Bearer {}", good(&key));
    for _ in 0..3 {
        tokens.verify(Some(&header)).await.unwrap();
    }
    assert_eq!(source.n_reads(), 1);
    clock.advance(299);
    tokens.verify(Some(&header)).await.unwrap();
    assert_eq!(source.n_reads(), 1);
    clock.advance(1);
    tokens.verify(Some(&header)).await.unwrap();
    assert_eq!(source.n_reads(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_dead_after_five_minutes() {
    let (source, clock) = (Counted::default(), Standing::at(NOW_S));
    let (old, new) = (pair("a", 1), pair("b", 2));
    source.publish(&[&old]);
    let tokens = source.tokens(clock.clone());
    let header = format!("Bearer {}", good(&old));
    tokens.verify(Some(&header)).await.unwrap();
    source.publish(&[&new]);
    clock.advance(300);
    tokens.verify(Some(&header)).await.unwrap_err();
}

#[tokio::test]
async fn a_new_key_works_at_once_and_forgeries_do_not_make_us_read_all_the_time() {
    let (source, clock) = (Counted::default(), Standing::at(NOW_S));
    let (old, new) = (pair("a", 1), pair("b", 2));
    source.publish(&[&old]);
    let tokens = source.tokens(clock.clone());
    tokens
        .verify(Some(&format!("Bearer {}", good(&old))))
        .await
        .unwrap();
    clock.advance(10);
    source.publish(&[&old, &new]);
    tokens
        .verify(Some(&format!("Bearer {}", good(&new))))
        .await
        .unwrap();
    assert_eq!(source.n_reads(), 2);
    let forged = format!("Bearer {}", good(&pair("zzz", 3)));
    for _ in 0..100 {
        tokens.verify(Some(&forged)).await.unwrap_err();
    }
    assert_eq!(source.n_reads(), 2);
    clock.advance(2);
    tokens.verify(Some(&forged)).await.unwrap_err();
    assert_eq!(source.n_reads(), 3);
}

#[tokio::test]
async fn before_the_first_key_nobody_is_signed_in_and_soon_after_somebody_can_be() {
    let (source, clock, key) = (Counted::default(), Standing::at(NOW_S), pair("a", 1));
    let tokens = source.tokens(clock.clone());
    let header = format!("Bearer {}", good(&key));
    let failure = tokens.verify(Some(&header)).await.unwrap_err();
    assert_eq!(failure.problem().kind(), ProblemType::Unauthenticated);
    source.publish(&[&key]);
    clock.advance(2);
    tokens.verify(Some(&header)).await.unwrap();
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_our_fault() {
    let header = format!("Bearer {}", good(&pair("a", 1)));
    for (set, kind) in [("not json", ProblemType::Internal), ("{}", ProblemType::Internal)] {
        let failure = verifier(Standing::at(NOW_S), set.to_owned())
            .verify(Some(&header))
            .await
            .unwrap_err();
        assert_eq!(failure.problem().kind(), kind);
    }
    let busy = AccessTokens::new(Standing::at(NOW_S), || async {
        Err(Fault::later("GetJwks", "throttled"))
    });
    assert_eq!(
        busy.verify(Some(&header)).await.unwrap_err().problem().kind(),
        ProblemType::Busy
    );
}

#[tokio::test]
async fn published_keys_of_other_kinds_are_not_used() {
    let key = pair("a", 1);
    let header = format!("Bearer {}", good(&key));
    for (name, value) in [
        ("kty", "oct"),
        ("crv", "X25519"),
        ("alg", "HS256"),
        ("use", "enc"),
        ("x", "AAAA"),
        ("x", "%"),
    ] {
        let mut jwk = jwk(&key);
        jwk[name] = value.into();
        let set = json!({ "keys": [jwk] }).to_string();
        let failure = verifier(Standing::at(NOW_S), set)
            .verify(Some(&header))
            .await
            .unwrap_err();
        assert_eq!(
            failure.problem().kind(),
            ProblemType::Unauthenticated,
            "{name}={value}"
        );
    }
}
