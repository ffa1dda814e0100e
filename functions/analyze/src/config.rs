//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who calls, how often, and what is written down.
    pub callers: callers::Config,
    /// Table of uploads.
    pub uploads_table: String,
    /// Table of analyses.
    pub analyses_table: String,
    /// Bucket that photos are uploaded to.
    pub uploads_bucket: String,
    /// Bucket of the pictures that are kept.
    pub images_bucket: String,
    /// Bucket of result files.
    pub results_bucket: String,
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
            analyses_table: env.require("ANALYSES_TABLE")?,
            uploads_bucket: env.require("UPLOADS_BUCKET")?,
            images_bucket: env.require("IMAGES_BUCKET")?,
            results_bucket: env.require("RESULTS_BUCKET")?,
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
