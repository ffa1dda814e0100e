//! Which grants were used, and which requests were refused.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};

use super::policy::{Decision, Policy};

/// Most different refusals that are remembered; a report with more helps nobody.
const MAX_REFUSALS: usize = 100;

/// Counters of one role, for as long as the stack runs.
#[derive(Debug, Default)]
pub(super) struct Usage {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Calls per grant: statement, action and resource.
    used: BTreeMap<(usize, usize, usize), u64>,
    /// Calls per action and resource.
    refused: BTreeMap<(String, String), u64>,
}

impl Usage {
    pub(super) fn record(&self, action: &str, resource: &str, decision: &Decision) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match decision {
            Decision::Allowed(grants) => {
                for grant in grants {
                    *counts.used.entry(*grant).or_default() += 1;
                }
            }
            Decision::Denied { .. } => {
                let request = (action.to_owned(), resource.to_owned());
                if counts.refused.len() < MAX_REFUSALS || counts.refused.contains_key(&request) {
                    *counts.refused.entry(request).or_default() += 1;
                }
            }
        }
    }

    pub(super) fn report(&self, policy: &Policy) -> Value {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut used, mut unused) = (Vec::new(), Vec::new());
        for (grant, statement) in policy.grants() {
            let (_, action, resource) = grant;
            let mut row = json!({
                "sid": statement.sid,
                "action": statement.actions.get(action),
                "resource": statement.resources.get(resource),
            });
            match counts.used.get(&grant) {
                Some(calls) => {
                    row["calls"] = (*calls).into();
                    used.push(row);
                }
                None => unused.push(row),
            }
        }
        let refused: Vec<Value> = counts
            .refused
            .iter()
            .map(
                |((action, resource), calls)| json!({"action": action, "resource": resource, "calls": calls}),
            )
            .collect();
        json!({ "used": used, "unused": unused, "refused": refused })
    }
}
