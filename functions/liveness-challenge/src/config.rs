//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Table of challenges.
    pub liveness_table: String,
    /// Bucket of frames.
    pub frames_bucket: String,
    /// Parameter that holds the keys of challenges' tokens.
    pub token_key_parameter: String,
}

impl Config {
    /// Reads the environment.
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
            liveness_table: env.require("LIVENESS_TABLE")?,
            frames_bucket: env.require("FRAMES_BUCKET")?,
            token_key_parameter: env.require("TOKEN_KEY_PARAMETER")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_manifest_lists_what_is_read_and_nothing_else() {
        let all = crate::MANIFEST.env;
        let env = |without: &str| {
            let names = all.iter().filter(|it| **it != without);
            let variables = names.map(|it| ((*it).to_owned(), "x".to_owned()));
            Env::from_map(variables.collect::<BTreeMap<_, _>>())
        };
        Config::from_env(&env("")).unwrap();
        for name in all {
            let missing = ConfigError::Missing {
                name: (*name).to_owned(),
            };
            assert_eq!(Config::from_env(&env(name)).unwrap_err(), missing);
        }
    }
}
