//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who calls, how often, and what is written down.
    pub callers: callers::Config,
    /// Table of uploads.
    pub uploads_table: String,
    /// Bucket that takes photos.
    pub uploads_bucket: String,
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
            uploads_table: env.require("UPLOADS_TABLE")?,
            uploads_bucket: env.require("UPLOADS_BUCKET")?,
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
