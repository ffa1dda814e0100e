//! What happened: listed for administrators, verified for operators.

use api::{
    Problem, routes,
    wire::{AuditPage, ListAuditQuery},
};
use domain::{PageLimit, UserId};
use lambda_kit::{
    Failure, Request, Response,
    audit::{Head, Verified},
    cursor,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Context, Shared};
use crate::{audit_list, capabilities::Capabilities, users};

/// Name of the action.
pub(super) const VERIFY_ACTION: &str = "verify-audit";

pub(super) async fn list<C: Capabilities>(context: Shared<C>, request: Request) -> Result<Response, Failure> {
    let query: ListAuditQuery = request.query()?;
    let limit = PageLimit::new(query.limit).map_err(|it| Problem::invalid("limit", it.to_string()))?;
    let about = query.user_id.as_deref().map(UserId::parse).transpose();
    let about = about.map_err(|it| Problem::invalid("userId", it.to_string()))?;
    users::acting(&context.accounts, request.principal()?.user).await?;
    // A cursor belongs to the filter it was made for.
    let scope = format!("{} {}", routes::LIST_AUDIT.id, query.user_id.unwrap_or_default());
    let after = query.cursor.as_deref();
    let after = after.map(|it| cursor::decode(&scope, it)).transpose()?;
    let page = audit_list::list(&context.trail, about, limit, after).await?;
    Ok(Response::ok(&AuditPage {
        items: page.items,
        next_cursor: page.after.map(|it| cursor::encode(&scope, &it)),
    }))
}

/// Event of the action.
#[derive(Deserialize)]
struct VerifyAudit {
    /// Ends of chains from an earlier answer.
    #[serde(default)]
    heads: Vec<Head>,
}

pub(super) async fn verify<C: Capabilities>(context: &Context<C>, event: Value) -> Result<Value, Failure> {
    let event: VerifyAudit = serde_json::from_value(event)
        .map_err(|_| Problem::invalid("heads", "must be the heads of an earlier answer"))?;
    let Verified {
        n_entries,
        bad,
        heads,
    } = context.trail.verify(&event.heads).await?;
    for it in &bad {
        tracing::error!(audit.chain = it.chain, audit.number = it.number, reason = ?it.reason, "audit chain is broken");
    }
    let mut answer = json!({
        "ok": bad.is_empty(),
        "entries": n_entries,
        "chains": heads.len() + bad.len(),
        "heads": heads,
    });
    if let Some(first) = bad.first() {
        answer["firstBad"] = json!(first);
    }
    Ok(answer)
}
