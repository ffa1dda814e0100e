//! The environment as values.

use lambda_kit::{ConfigError, Env};

/// What the function reads from its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who calls, how often, and what is written down; also where API keys and public keys are kept.
    pub callers: callers::Config,
    /// Table of accounts.
    pub users_table: String,
    /// Table of sessions.
    pub sessions_table: String,
    /// Where the private keys are.
    pub signing_key_parameter: String,
    /// Where the client's origin is, for links in mails.
    pub site_origin_parameter: String,
    /// Address that mails come from.
    pub mail_from: String,
    /// Whether people may create accounts themselves.
    pub self_sign_up: bool,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first variable that is missing or malformed.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let self_sign_up = match env.require("SELF_SIGN_UP")?.as_str() {
            "open" => true,
            "closed" => false,
            _ => {
                return Err(ConfigError::Malformed {
                    name: "SELF_SIGN_UP".to_owned(),
                    expected: "open or closed",
                });
            }
        };
        Ok(Self {
            callers: callers::Config::from_env(env)?,
            users_table: env.require("USERS_TABLE")?,
            sessions_table: env.require("SESSIONS_TABLE")?,
            signing_key_parameter: env.require("SIGNING_KEY_PARAMETER")?,
            site_origin_parameter: env.require("SITE_ORIGIN_PARAMETER")?,
            mail_from: env.require("MAIL_FROM")?,
            self_sign_up,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(self_sign_up: &str) -> Env {
        Env::from([
            ("USERS_TABLE", "u"),
            ("SESSIONS_TABLE", "s"),
            ("API_KEYS_TABLE", "a"),
            ("LIMITS_TABLE", "l"),
            ("AUDIT_TABLE", "t"),
            ("EDGE_TOKEN", "e"),
            ("SIGNING_KEY_PARAMETER", "/k"),
            ("JWKS_PARAMETER", "/j"),
            ("SITE_ORIGIN_PARAMETER", "/o"),
            ("MAIL_FROM", "a@example.org"),
            ("SELF_SIGN_UP", self_sign_up),
        ])
    }

    #[test]
    fn sign_up_is_open_or_closed_and_nothing_else() {
        assert!(Config::from_env(&env("open")).unwrap().self_sign_up);
        assert!(!Config::from_env(&env("closed")).unwrap().self_sign_up);
        let error = Config::from_env(&env("Open")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable SELF_SIGN_UP is not open or closed"
        );
        assert!(Config::from_env(&env("")).is_err());
    }

    #[test]
    fn every_variable_of_the_manifest_is_needed() {
        let values = [("SELF_SIGN_UP", "open")];
        callers::testing::assert_needs_all(crate::MANIFEST.env, &values, Config::from_env);
    }
}
