//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who calls, how often, and what is written down.
    pub callers: callers::Config,
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
            callers: callers::Config::from_env(env)?,
            liveness_table: env.require("LIVENESS_TABLE")?,
            frames_bucket: env.require("FRAMES_BUCKET")?,
            token_key_parameter: env.require("TOKEN_KEY_PARAMETER")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_lists_what_is_read_and_nothing_else() {
        callers::testing::assert_needs_all(crate::MANIFEST.env, &[], Config::from_env);
    }
}
