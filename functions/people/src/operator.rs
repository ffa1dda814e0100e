//! What whoever operates the stack can do without being of the account: finish erasures that broke off.
//!
//! By a direct call, which `lambda:InvokeFunction` guards: `{"visavisAction":"finish-erasures","userId":"ID"}`.

use std::sync::Arc;

use api::wire::{AuditEvent, ErasureReceipt};
use domain::{Fault, UserId};
use lambda_kit::{Failure, Function, Happened, Router};
use serde_json::{Value, json};

use crate::{capabilities::Capabilities, erase, http::Context, refusal::Refusal, shown};

/// Name of the action.
pub const FINISH_ERASURES: &str = "finish-erasures";

/// Returns the function: requests by HTTP, and the operator's action.
pub fn function<D: Capabilities>(router: Router<Context<D>>, context: Arc<Context<D>>) -> Function {
    Function::http(router).direct(FINISH_ERASURES, move |event| {
        let context = context.clone();
        async move { finish_erasures(&context, &event).await }
    })
}

async fn finish_erasures<D: Capabilities>(context: &Context<D>, event: &Value) -> Result<Value, Failure> {
    let owner = event["userId"].as_str().and_then(|it| UserId::parse(it).ok());
    let owner =
        owner.ok_or_else(|| Fault::never("FinishErasures", "userId must be the identifier of an account"))?;
    Ok(json!({ "finished": finish(context, owner).await? }))
}

/// Finishes whatever an account began to erase, and returns the receipts.
async fn finish<D: Capabilities>(
    context: &Context<D>,
    owner: UserId,
) -> Result<Vec<ErasureReceipt>, Refusal> {
    let mut receipts = Vec::new();
    for person in context.deps.list_erasing(owner).await? {
        let now = context.now();
        let erased = match erase::person(&context.deps, owner, person, now).await {
            Err(Refusal::PersonNotFound) => continue,
            other => other?,
        };
        if !erased.is_repeated {
            // Nobody of the account did it.
            let happened = Happened::done(AuditEvent::PersonErased).to(person.as_uuid());
            context.trail.record(happened).await;
        }
        erase::forget(&context.deps, owner, person, &erased, now).await?;
        receipts.push(shown::receipt(person, &erased));
    }
    Ok(receipts)
}
