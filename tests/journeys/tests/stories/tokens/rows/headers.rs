//! Tokens whose header chooses the algorithm or the key.

use journeys::forgery::{encoded, encoded_text, hmac_signed, reheaded};
use serde_json::{Value, json};

use super::{Row, one};
use crate::tokens::Verdict::Forged;
use crate::tokens::{Material, changed};

pub(super) fn algorithms(it: &Material) -> Vec<Row> {
    let mut rows = Vec::new();
    for (what, alg) in [
        ("alg none, no signature", "none"),
        ("alg None, no signature", "None"),
        ("alg NONE, no signature", "NONE"),
        ("alg nOnE, no signature", "nOnE"),
        ("alg empty, no signature", ""),
    ] {
        let header = encoded(&changed(it.header(), &json!({ "alg": alg })));
        rows.push(one(what, Forged, format!("{header}.{}.", encoded(&it.claims))));
    }
    let unnamed = encoded(&changed(it.header(), &json!({ "alg": null })));
    let twice = r#"{"typ":"at+jwt","alg":"EdDSA","alg":"none","kid":"KID"}"#.replace("KID", &it.key.kid);
    let twice = encoded_text(&twice);
    let jwk = it.jwks["keys"][0].to_string();
    rows.extend([
        one(
            "alg none, the old signature",
            Forged,
            reheaded(&it.token, &changed(it.header(), &json!({ "alg": "none" }))),
        ),
        one(
            "alg missing, a good signature",
            Forged,
            it.key.sign_message(&format!("{unnamed}.{}", encoded(&it.claims))),
        ),
        one(
            "alg twice, a good signature",
            Forged,
            it.key.sign_message(&format!("{twice}.{}", encoded(&it.claims))),
        ),
        one(
            "alg eddsa in lower case, a good signature",
            Forged,
            it.header_with(&json!({ "alg": "eddsa" })),
        ),
        one(
            "alg ES256, a good signature of Ed25519",
            Forged,
            it.header_with(&json!({ "alg": "ES256" })),
        ),
        one(
            "HS256 under the public key's bytes",
            Forged,
            hmac(it, "HS256", it.key.public()),
        ),
        one(
            "HS512 under the public key's bytes",
            Forged,
            hmac(it, "HS512", it.key.public()),
        ),
        one(
            "HS256 under the public key in base64url",
            Forged,
            hmac(it, "HS256", it.jwks["keys"][0]["x"].as_str().expect("a key")),
        ),
        one(
            "HS256 under the public key as PEM",
            Forged,
            hmac(it, "HS256", it.key.pem()),
        ),
        one("HS256 under the published JWK", Forged, hmac(it, "HS256", jwk)),
        one(
            "HS256 under the published key set",
            Forged,
            hmac(it, "HS256", it.jwks.to_string()),
        ),
        one("HS256 under nothing", Forged, hmac(it, "HS256", "")),
    ]);
    rows
}

pub(super) fn keys(it: &Material) -> Vec<Row> {
    let foreign = |changes: &Value| it.foreign.sign(&changed(it.header(), changes), &it.claims);
    let theirs = it.foreign.kid.clone();
    vec![
        one("kid ours, a foreign signature", Forged, foreign(&json!({}))),
        one(
            "kid foreign, its signature",
            Forged,
            foreign(&json!({ "kid": theirs })),
        ),
        one(
            "kid missing, a foreign signature",
            Forged,
            foreign(&json!({ "kid": null })),
        ),
        one(
            "kid missing, a good signature",
            Forged,
            it.header_with(&json!({ "kid": null })),
        ),
        one(
            "kid empty, a good signature",
            Forged,
            it.header_with(&json!({ "kid": "" })),
        ),
        one("kid a number", Forged, it.header_with(&json!({ "kid": 0 }))),
        one(
            "kid a path",
            Forged,
            it.header_with(&json!({ "kid": "../../../dev/null" })),
        ),
        one(
            "kid a query",
            Forged,
            it.header_with(&json!({ "kid": "x' UNION SELECT 'y" })),
        ),
        one(
            "kid of the next key, a foreign signature",
            Forged,
            foreign(&json!({ "kid": it.next.kid })),
        ),
        one(
            "kid of the next key, signed with the one in use",
            Forged,
            it.header_with(&json!({ "kid": it.next.kid })),
        ),
        one(
            "jwk in the header, its signature",
            Forged,
            foreign(&json!({ "kid": theirs, "jwk": it.foreign.jwk() })),
        ),
        one(
            "jwk in the header under our kid",
            Forged,
            foreign(&json!({ "jwk": changed(it.foreign.jwk(), &json!({ "kid": it.key.kid })) })),
        ),
        one(
            "jku in the header",
            Forged,
            foreign(&json!({ "kid": theirs, "jku": "http://127.0.0.1:9/jwks.json" })),
        ),
        one(
            "x5u in the header",
            Forged,
            foreign(&json!({ "kid": theirs, "x5u": "http://127.0.0.1:9/key.pem" })),
        ),
        one(
            "x5c in the header",
            Forged,
            foreign(&json!({ "kid": theirs, "x5c": [it.foreign.pem()] })),
        ),
        one(
            "crit, a good signature",
            Forged,
            it.header_with(&json!({ "crit": ["exp"] })),
        ),
        one(
            "crit b64, a good signature",
            Forged,
            it.header_with(&json!({ "crit": ["b64"], "b64": false })),
        ),
        one("typ JWT", Forged, it.header_with(&json!({ "typ": "JWT" }))),
        one("typ missing", Forged, it.header_with(&json!({ "typ": null }))),
        one(
            "typ of another token",
            Forged,
            it.header_with(&json!({ "typ": "liveness+jwt" })),
        ),
    ]
}

/// A token of HMAC's under a secret that everybody can know.
fn hmac(it: &Material, alg: &str, secret: impl AsRef<[u8]>) -> String {
    let header = changed(it.header(), &json!({ "alg": alg }));
    hmac_signed(&header, &it.claims, secret.as_ref())
}
