//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// What the environment says.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Who calls, how often, and what is written down.
    pub callers: callers::Config,
    /// Table of challenges.
    pub liveness_table: String,
    /// Bucket of frames.
    pub frames_bucket: String,
    /// Parameter that holds the keys of challenges' tokens.
    pub token_key_parameter: String,
    /// Table of people.
    pub people_table: String,
    /// Bucket of people's pictures.
    pub images_bucket: String,
    /// Least similarity to a person, in percent, 50 to 100.
    pub verify_threshold_percent: f32,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the first variable that is missing or no such number.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self {
            callers: callers::Config::from_env(env)?,
            liveness_table: env.require("LIVENESS_TABLE")?,
            frames_bucket: env.require("FRAMES_BUCKET")?,
            token_key_parameter: env.require("TOKEN_KEY_PARAMETER")?,
            people_table: env.require("PEOPLE_TABLE")?,
            images_bucket: env.require("IMAGES_BUCKET")?,
            verify_threshold_percent: threshold(env)?,
        })
    }
}

/// Reads a threshold. Below 50 percent most people are alike (`docs/accuracy.md`): that is a mistake and no wish.
fn threshold(env: &Env) -> Result<f32, ConfigError> {
    const NAME: &str = "VERIFY_THRESHOLD_PERCENT";
    const EXPECTED: &str = "a number from 50 to 100";
    env.require(NAME)?;
    let percent = env.parse::<f32>(NAME, EXPECTED)?;
    percent
        .filter(|it| (50.0..=100.0).contains(it))
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
    fn a_threshold_is_a_percentage_that_means_something() {
        let read = |text| threshold(&Env::from([("VERIFY_THRESHOLD_PERCENT", text)]));
        for (text, percent) in [("50", 50.0), ("92.5", 92.5), ("100", 100.0)] {
            assert_eq!(read(text), Ok(percent));
        }
        for text in ["49.9", "100.1", "NaN", "inf", "high"] {
            assert!(matches!(read(text), Err(ConfigError::Malformed { .. })), "{text}");
        }
    }
}
