//! Access keys: the developer's, and one per function that lives as long as the stack runs.

use std::collections::BTreeMap;

use aws_wire::Credentials;

/// The key pair of one function.
#[derive(Clone, PartialEq, Eq)]
pub struct FunctionKeys {
    /// Access key id.
    pub access_key: String,
    /// Secret.
    pub secret_key: String,
}

impl FunctionKeys {
    /// A new random pair, in the shape AWS gives temporary keys.
    #[must_use]
    pub fn random() -> Self {
        let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
        let secret = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()]
            .map(|it| it.simple().to_string())
            .concat();
        // An access key id has 20 characters, and `ASIA` opens those of assumed roles.
        let id: String = id.chars().take(16).collect();
        Self {
            access_key: format!("ASIA{id}"),
            secret_key: secret,
        }
    }
}

impl std::fmt::Debug for FunctionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FunctionKeys")
            .field("access_key", &self.access_key)
            .finish_non_exhaustive()
    }
}

/// Every key the endpoints accept.
#[derive(Clone)]
pub struct Keys {
    secrets: BTreeMap<String, String>,
}

impl Keys {
    /// The developer's pair alone.
    #[must_use]
    pub fn new(root: &(String, String)) -> Self {
        Self {
            secrets: BTreeMap::from([root.clone()]),
        }
    }

    /// Accepts a function's pair, too.
    pub fn add(&mut self, keys: &FunctionKeys) {
        self.secrets
            .insert(keys.access_key.clone(), keys.secret_key.clone());
    }
}

impl Credentials for Keys {
    fn secret(&self, access_key: &str) -> Option<String> {
        self.secrets.get(access_key).cloned()
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("n_keys", &self.secrets.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_random_and_never_printed() {
        let (one, other) = (FunctionKeys::random(), FunctionKeys::random());
        assert_ne!(one, other);
        assert_eq!(one.access_key.len(), 20);
        assert!(!format!("{one:?}").contains(&one.secret_key));
        let mut keys = Keys::new(&("test".into(), "test".into()));
        keys.add(&one);
        assert_eq!(keys.secret(&one.access_key), Some(one.secret_key));
        assert_eq!(keys.secret("nobody"), None);
    }
}
