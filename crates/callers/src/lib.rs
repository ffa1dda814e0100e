//! Who calls, how often, and what of it is written down: the rules of `lambda-kit` over the tables of `aws`, put together
//! once for every function that people and devices call.
//!
//! Neither of the two knows the other: the one has no service, the other no decisions. What a function adds for itself
//! is in its own `adapters`; what its template must provide for the parts here is in [`manifest`].
//!
//! Reading order: [`Callers`] (the parts), [`Config`] (where they find what they need), [`manifest`].

mod config;
pub mod manifest;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::sync::Arc;

use aws::{api_keys::ApiKeysTable, audit::AuditTable, limits::LimitsTable, parameters::Parameters};
use lambda_kit::{AccessTokens, ApiKeys, Kit, Limits, Trail};

pub use config::Config;

/// What a function tells its callers apart by, counts them with, and writes them down in.
#[derive(Debug, Clone)]
pub struct Callers {
    /// Verifies access tokens by the public keys in the parameter store.
    pub tokens: AccessTokens,
    /// Verifies API keys by their table.
    pub api_keys: ApiKeys,
    /// Counts in the table of limits, and believes the distribution about addresses.
    pub limits: Limits,
    /// Writes into the table of what happened, and reads it.
    pub trail: Trail,
}

impl Callers {
    /// Puts the parts together. Nothing is read yet, so that a function needs the rights for the parts it uses only.
    ///
    /// `parameters` is the function's own adapter where it has one: each holds a connection.
    #[must_use]
    pub fn new(kit: &Kit, parameters: Parameters, config: &Config) -> Self {
        Self {
            tokens: tokens(kit, parameters, &config.jwks_parameter),
            api_keys: api_keys(kit, ApiKeysTable::new(&kit.aws, config.api_keys_table.clone())),
            limits: limits(kit, LimitsTable::new(&kit.aws, config.limits_table.clone()))
                .behind_edge(&config.edge_token),
            trail: trail(kit, AuditTable::new(&kit.aws, config.audit_table.clone())),
        }
    }
}

fn tokens(kit: &Kit, parameters: Parameters, name: &str) -> AccessTokens {
    let name: Arc<str> = name.into();
    AccessTokens::new(kit.clock.clone(), move || {
        let (parameters, name) = (parameters.clone(), name.clone());
        async move { parameters.get(&name).await }
    })
}

fn api_keys(kit: &Kit, table: ApiKeysTable) -> ApiKeys {
    let uses = table.clone();
    ApiKeys::new(
        kit.clock.clone(),
        move |user, id| {
            let table = table.clone();
            async move { table.find(user, id).await }
        },
        move |used| {
            let table = uses.clone();
            async move { table.mark_used(used).await }
        },
    )
}

fn limits(kit: &Kit, table: LimitsTable) -> Limits {
    Limits::new(kit.clock.clone(), move |swap| {
        let table = table.clone();
        async move { table.swap(&swap).await }
    })
}

fn trail(kit: &Kit, table: AuditTable) -> Trail {
    let read = table.clone();
    Trail::new(
        (kit.clock.clone(), kit.ids.clone()),
        move |row| {
            let table = table.clone();
            async move { table.append(&row).await }
        },
        move |range| {
            let table = read.clone();
            async move { table.read(range).await }
        },
    )
}

#[cfg(test)]
mod tests;
