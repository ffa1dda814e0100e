//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// Least similarity that may be asked for, in percent. Chosen, as for the template's parameter: less would let nearly anybody be
/// anybody.
const LEAST_THRESHOLD_PERCENT: f32 = 50.0;

/// What the environment says.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Who calls, how often, and what is written down.
    pub callers: callers::Config,
    /// Table of people.
    pub people_table: String,
    /// Table of uploads.
    pub uploads_table: String,
    /// Table of liveness challenges.
    pub liveness_table: String,
    /// Bucket that photos are uploaded to.
    pub uploads_bucket: String,
    /// Bucket of the pictures that are kept.
    pub images_bucket: String,
    /// Bucket of the frames of liveness challenges.
    pub frames_bucket: String,
    /// Parameter that holds the keys of liveness challenges' tokens.
    pub token_key_parameter: String,
    /// What the names of accounts' collections begin with.
    pub collection_prefix: String,
    /// Similarity from which on somebody is the person, in percent, 50 to 100.
    pub verify_threshold_percent: f32,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the first variable that is missing or malformed.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self {
            callers: callers::Config::from_env(env)?,
            people_table: env.require("PEOPLE_TABLE")?,
            uploads_table: env.require("UPLOADS_TABLE")?,
            liveness_table: env.require("LIVENESS_TABLE")?,
            uploads_bucket: env.require("UPLOADS_BUCKET")?,
            images_bucket: env.require("IMAGES_BUCKET")?,
            frames_bucket: env.require("FRAMES_BUCKET")?,
            token_key_parameter: env.require("TOKEN_KEY_PARAMETER")?,
            collection_prefix: env.require("COLLECTION_PREFIX")?,
            verify_threshold_percent: threshold(env)?,
        })
    }
}

fn threshold(env: &Env) -> Result<f32, ConfigError> {
    const NAME: &str = "VERIFY_THRESHOLD_PERCENT";
    const EXPECTED: &str = "a number from 50 to 100";
    env.require(NAME)?;
    env.parse::<f32>(NAME, EXPECTED)?
        .filter(|it| (LEAST_THRESHOLD_PERCENT..=100.0).contains(it))
        .ok_or_else(|| ConfigError::Malformed {
            name: NAME.to_owned(),
            expected: EXPECTED,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_lists_what_is_read_and_nothing_else() {
        let values = [("VERIFY_THRESHOLD_PERCENT", "90")];
        callers::testing::assert_needs_all(crate::MANIFEST.env, &values, Config::from_env);
    }

    #[test]
    fn a_threshold_is_a_percentage_that_tells_people_apart() {
        for (text, expected) in [
            ("90", Some(90.0)),
            ("50", Some(50.0)),
            ("100", Some(100.0)),
            ("99.5", Some(99.5)),
            ("49.9", None),
            ("100.1", None),
            ("NaN", None),
            ("ninety", None),
        ] {
            let read = threshold(&Env::from([("VERIFY_THRESHOLD_PERCENT", text)]));
            assert_eq!(read.ok(), expected, "{text}");
        }
    }
}
