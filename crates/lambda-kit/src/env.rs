//! The environment: read once, then passed around as a value.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// The environment variables of a function.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

/// A variable that is missing or does not parse. Never holds the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The variable is not set, or empty.
    #[error("environment variable {name} is not set")]
    Missing {
        /// Name of the variable.
        name: String,
    },
    /// The variable is set to something else.
    #[error("environment variable {name} is not {expected}")]
    Malformed {
        /// Name of the variable.
        name: String,
        /// What it should be, with its article.
        expected: &'static str,
    },
}

impl Env {
    /// Reads the environment of this process. Variables that are not UTF-8 are left out.
    #[must_use]
    pub fn from_process() -> Self {
        let pairs = std::env::vars_os();
        Self(
            pairs
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }

    /// Returns an environment with these variables.
    #[must_use]
    pub const fn from_map(variables: BTreeMap<String, String>) -> Self {
        Self(variables)
    }

    /// Returns a variable, `None` if it is not set or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|it| !it.is_empty())
    }

    /// Returns a variable that must be there.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`] if it is not set or empty.
    pub fn require(&self, name: &str) -> Result<String, ConfigError> {
        self.get(name)
            .map(str::to_owned)
            .ok_or_else(|| ConfigError::Missing {
                name: name.to_owned(),
            })
    }

    /// Returns a variable as a `T`, `None` if it is not set or empty.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`] if it does not parse; `expected` says what it should be, such as "a number".
    pub fn parse<T: FromStr>(&self, name: &str, expected: &'static str) -> Result<Option<T>, ConfigError> {
        let parse = |text: &str| {
            text.parse().map_err(|_| ConfigError::Malformed {
                name: name.to_owned(),
                expected,
            })
        };
        self.get(name).map(parse).transpose()
    }
}

/// Shows the names only.
impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Env {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let env = Env::from([("TABLE", ""), ("LIMIT", "12")]);
        assert_eq!(env.get("TABLE"), None);
        assert_eq!(
            env.require("TABLE").unwrap_err().to_string(),
            "environment variable TABLE is not set"
        );
        assert_eq!(env.parse("LIMIT", "a number"), Ok(Some(12)));
        assert_eq!(env.parse::<u32>("NONE", "a number"), Ok(None));
    }

    #[test]
    fn errors_and_debug_output_never_show_a_value() {
        let env = Env::from([("LIMIT", "hunter2")]);
        let error = env.parse::<u32>("LIMIT", "a number").unwrap_err();
        assert_eq!(error.to_string(), "environment variable LIMIT is not a number");
        assert!(!format!("{env:?} {error:?}").contains("hunter2"));
    }
}
