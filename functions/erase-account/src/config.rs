//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Table of accounts.
    pub users_table: String,
    /// Table of uploads.
    pub uploads_table: String,
    /// Table of analyses.
    pub analyses_table: String,
    /// Table of API keys.
    pub api_keys_table: String,
    /// Table of sessions.
    pub sessions_table: String,
    /// Table of people.
    pub people_table: String,
    /// Bucket of photos that wait to be analyzed.
    pub uploads_bucket: String,
    /// Bucket of pictures.
    pub images_bucket: String,
    /// Bucket of results.
    pub results_bucket: String,
    /// What the names of accounts' collections begin with.
    pub collection_prefix: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the first variable that is missing.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self {
            users_table: env.require("USERS_TABLE")?,
            uploads_table: env.require("UPLOADS_TABLE")?,
            analyses_table: env.require("ANALYSES_TABLE")?,
            api_keys_table: env.require("API_KEYS_TABLE")?,
            sessions_table: env.require("SESSIONS_TABLE")?,
            people_table: env.require("PEOPLE_TABLE")?,
            uploads_bucket: env.require("UPLOADS_BUCKET")?,
            images_bucket: env.require("IMAGES_BUCKET")?,
            results_bucket: env.require("RESULTS_BUCKET")?,
            collection_prefix: env.require("COLLECTION_PREFIX")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_the_manifest_is_needed() {
        let full = || {
            crate::MANIFEST
                .env
                .iter()
                .map(|it| ((*it).to_owned(), "x".to_owned()))
        };
        Config::from_env(&Env::from_map(full().collect())).unwrap();
        for name in crate::MANIFEST.env {
            let rest = full().filter(|it| it.0 != *name).collect();
            let error = Config::from_env(&Env::from_map(rest)).unwrap_err();
            assert_eq!(
                error,
                ConfigError::Missing {
                    name: (*name).to_owned()
                }
            );
        }
    }
}
