//! The environment that callers are told apart by, as values.

use std::fmt;

use lambda_kit::{ConfigError, Env};

/// Where a function finds what it needs to know about its callers.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// Parameter that holds the public keys of access tokens.
    pub jwks_parameter: String,
    /// Table of API keys.
    pub api_keys_table: String,
    /// Table of limits.
    pub limits_table: String,
    /// Table of what happened.
    pub audit_table: String,
    /// What the distribution shows, so that the addresses it names are believed.
    pub edge_token: String,
}

impl Config {
    /// Reads the variables of [`manifest::ENV`](crate::manifest::ENV).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the first variable that is missing.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self {
            jwks_parameter: env.require("JWKS_PARAMETER")?,
            api_keys_table: env.require("API_KEYS_TABLE")?,
            limits_table: env.require("LIMITS_TABLE")?,
            audit_table: env.require("AUDIT_TABLE")?,
            edge_token: env.require("EDGE_TOKEN")?,
        })
    }
}

/// Shows names, not the token: whoever has it can claim any address.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("jwks_parameter", &self.jwks_parameter)
            .field("api_keys_table", &self.api_keys_table)
            .field("limits_table", &self.limits_table)
            .field("audit_table", &self.audit_table)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{manifest, testing};

    #[test]
    fn every_variable_of_the_manifest_is_needed_and_no_other() {
        testing::assert_needs_all(&manifest::ENV, &[], Config::from_env);
    }

    #[test]
    fn what_is_shown_leaves_the_token_of_the_distribution_out() {
        let env = Env::from([
            ("JWKS_PARAMETER", "/stack/auth/jwks"),
            ("API_KEYS_TABLE", "stack-ApiKeys"),
            ("LIMITS_TABLE", "stack-Limits"),
            ("AUDIT_TABLE", "stack-Audit"),
            ("EDGE_TOKEN", "hunter2"),
        ]);
        let config = Config::from_env(&env).unwrap();
        assert_eq!(config.edge_token, "hunter2");
        let shown = format!("{config:?}");
        assert!(
            shown.contains("stack-Limits") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
