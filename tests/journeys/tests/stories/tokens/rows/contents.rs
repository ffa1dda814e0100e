//! Tokens that say something wrong, or are no tokens.

use journeys::forgery::{encoded, reheaded, with_malleable_signature, with_unused_bits};
use serde_json::{Value, json};

use super::{LIFETIME_S, Row, one};
use crate::tokens::Verdict::{Expired, Forged};
use crate::tokens::{Material, changed};

/// All with a good signature: only what they say is wrong.
pub(super) fn claims(it: &Material) -> Vec<Row> {
    let now_s = it.now_s;
    let row = |what, verdict, changes: Value| one(what, verdict, it.claims_with(&changes));
    vec![
        row(
            "aud of another token",
            Forged,
            json!({ "aud": "visavis-liveness" }),
        ),
        row("aud several", Forged, json!({ "aud": ["visavis-api", "x"] })),
        row("aud missing", Forged, json!({ "aud": null })),
        row(
            "iss of somebody else",
            Forged,
            json!({ "iss": "visavis.example" }),
        ),
        row("iss missing", Forged, json!({ "iss": null })),
        row("sub missing", Forged, json!({ "sub": null })),
        row("sub no account id", Forged, json!({ "sub": "admin" })),
        row("sid missing", Forged, json!({ "sid": null })),
        row("role unknown", Forged, json!({ "role": "root" })),
        row("role a list", Forged, json!({ "role": ["user", "admin"] })),
        row(
            "exp over",
            Expired,
            json!({ "iat": now_s - 600, "exp": now_s - 1 }),
        ),
        row(
            "exp this second",
            Expired,
            json!({ "iat": now_s - 600, "exp": now_s }),
        ),
        row("exp missing", Forged, json!({ "exp": null })),
        row("exp a text", Forged, json!({ "exp": "9999999999" })),
        row("exp before iat", Forged, json!({ "exp": now_s - 1 })),
        row(
            "a second too long-lived",
            Forged,
            json!({ "exp": now_s + LIFETIME_S + 1 }),
        ),
        row(
            "a year long-lived",
            Forged,
            json!({ "exp": now_s + 365 * 86_400 }),
        ),
        row(
            "times at the ends of 64 bits",
            Forged,
            json!({ "iat": i64::MIN, "exp": i64::MAX }),
        ),
        row("nbf in the future", Forged, json!({ "nbf": now_s + 120 })),
        row(
            "iat in the future",
            Forged,
            json!({ "iat": now_s + 120, "exp": now_s + 600 }),
        ),
        row("iat missing", Forged, json!({ "iat": null })),
        one(
            "claims no object",
            Forged,
            it.key.sign(&it.header(), &json!("admin")),
        ),
    ]
}

pub(super) fn forms(it: &Material) -> Vec<Row> {
    let (message, signature) = it.token.rsplit_once('.').expect("parts");
    let (header, payload) = message.split_once('.').expect("parts");
    let promoted = encoded(&changed(it.claims.clone(), &json!({ "role": "admin" })));
    let later = encoded(&changed(it.claims.clone(), &json!({ "exp": it.now_s + 86_400 })));
    let good = format!("Bearer {}", it.token);
    vec![
        one(
            "payload changed: role admin",
            Forged,
            format!("{header}.{promoted}.{signature}"),
        ),
        one(
            "payload changed: exp",
            Forged,
            format!("{header}.{later}.{signature}"),
        ),
        one(
            "header changed",
            Forged,
            reheaded(&it.token, &changed(it.header(), &json!({ "x": 1 }))),
        ),
        one(
            "signature cut by one character",
            Forged,
            &it.token[..it.token.len() - 1],
        ),
        one("signature cut by half", Forged, &it.token[..it.token.len() - 43]),
        one("signature empty", Forged, format!("{message}.")),
        one("signature missing", Forged, message),
        one(
            "signature of zeros",
            Forged,
            format!("{message}.{}", "A".repeat(86)),
        ),
        one(
            "signature's other form (S + L)",
            Forged,
            with_malleable_signature(&it.token),
        ),
        one(
            "signature with unused bits set",
            Forged,
            with_unused_bits(&it.token),
        ),
        one("signature with padding", Forged, format!("{}==", it.token)),
        one("trailing part", Forged, format!("{}.e30", it.token)),
        one("trailing text", Forged, format!("{} x", it.token)),
        one(
            "five parts (JWE)",
            Forged,
            format!("{header}.{payload}.{signature}.{payload}.{signature}"),
        ),
        one("two tokens in one header", Forged, format!("{0} {0}", it.token)),
        one("two tokens with a comma", Forged, format!("{0},{0}", it.token)),
        ("two headers, both good", Forged, vec![good.clone(), good.clone()]),
        (
            "two headers, a bad one first",
            Forged,
            vec!["Bearer x".to_owned(), good],
        ),
        one("a refresh token", Forged, &it.refresh_token),
        ("scheme missing", Forged, vec![it.token.clone()]),
        ("scheme Basic", Forged, vec![format!("Basic {}", it.token)]),
        ("nothing after Bearer", Forged, vec!["Bearer ".to_owned()]),
        ("no header at all", Forged, Vec::new()),
        one("not a token", Forged, "hunter2"),
        one("characters beyond ASCII", Forged, "ä.ö.ü"),
        one("five thousand characters", Forged, "a".repeat(5000)),
    ]
}
