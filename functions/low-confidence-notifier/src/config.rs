//! The environment, as values.

use lambda_kit::{ConfigError, Env};

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Topic that alerts go to.
    pub alerts_topic_arn: String,
    /// Where the client is, without a slash at the end; `None` for alerts without a link.
    pub site_origin: Option<String>,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the first variable that is missing.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self {
            alerts_topic_arn: env.require("ALERTS_TOPIC_ARN")?,
            site_origin: env
                .get("SITE_ORIGIN")
                .map(|it| it.trim_end_matches('/').to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_needed_and_a_site_is_not() {
        let config = Config::from_env(&Env::from([
            ("ALERTS_TOPIC_ARN", "arn"),
            ("SITE_ORIGIN", "https://x/"),
        ]))
        .unwrap();
        assert_eq!(config.site_origin.as_deref(), Some("https://x"));
        let config =
            Config::from_env(&Env::from([("ALERTS_TOPIC_ARN", "arn"), ("SITE_ORIGIN", "")])).unwrap();
        assert_eq!(config.site_origin, None);
        Config::from_env(&Env::from([("SITE_ORIGIN", "https://x")])).unwrap_err();
    }
}
