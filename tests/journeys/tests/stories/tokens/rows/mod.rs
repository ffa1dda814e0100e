//! The rows of the table.

mod contents;
mod headers;

use serde_json::json;

use crate::tokens::Verdict::Accepted;
use crate::tokens::{Material, Verdict, changed};

/// Longest life of a token, in seconds (ADR 0003).
const LIFETIME_S: i64 = 15 * 60;

/// What it is, what becomes of it, and what is sent: each text as one `Authorization` header.
pub(crate) type Row = (&'static str, Verdict, Vec<String>);

/// Everything that must be refused.
pub(crate) fn attacks(it: &Material) -> Vec<Row> {
    [
        headers::algorithms(it),
        headers::keys(it),
        contents::claims(it),
        contents::forms(it),
    ]
    .concat()
}

fn one(what: &'static str, verdict: Verdict, token: impl AsRef<str>) -> Row {
    (what, verdict, vec![format!("Bearer {}", token.as_ref())])
}

/// Tokens that must be accepted, or the table proves nothing.
pub(crate) fn controls(it: &Material) -> Vec<Row> {
    let next = changed(it.header(), &json!({ "kid": it.next.kid }));
    vec![
        one("control: the token the suite gave", Accepted, &it.token),
        one(
            "control: the same made here",
            Accepted,
            it.claims_with(&json!({})),
        ),
        one(
            "control: signed with the next key",
            Accepted,
            it.next.sign(&next, &it.claims),
        ),
        one(
            "control: the longest life there is",
            Accepted,
            it.claims_with(&json!({ "exp": it.now_s + LIFETIME_S })),
        ),
        (
            "control: `bearer` in lower case",
            Accepted,
            vec![format!("bearer {}", it.token)],
        ),
    ]
}
