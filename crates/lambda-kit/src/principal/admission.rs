//! Who may call what: the one place where the rule of a route meets whoever calls.

use api::{Access, Problem, ProblemType};
use domain::{ApiKeyUse, Scope};
use http::{HeaderMap, HeaderName, header::AUTHORIZATION};

use super::{AccessTokens, ApiKeys, Credential, Principal, api_key::Verified};
use crate::Failure;

/// Header of API keys. From the contract of the API.
const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// Somebody who was let in.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    /// Who calls, `None` where nobody is asked.
    pub(crate) principal: Option<Principal>,
    /// The key, where one was shown.
    key: Option<Verified>,
}

/// Verifies whatever callers show, and holds it against the rules of routes.
pub(crate) struct Admission {
    tokens: AccessTokens,
    api_keys: Option<ApiKeys>,
}

impl Admission {
    /// Returns the rules for a function that takes access tokens only.
    pub(crate) const fn new(tokens: AccessTokens) -> Self {
        Self {
            tokens,
            api_keys: None,
        }
    }

    /// Takes API keys as well.
    pub(crate) fn set_api_keys(&mut self, api_keys: ApiKeys) {
        self.api_keys = Some(api_keys);
    }

    /// Tells whether callers of such a route can be verified.
    pub(crate) const fn can_verify(&self, access: Access) -> bool {
        !matches!(access, Access::Scoped(_) | Access::Device) || self.api_keys.is_some()
    }

    /// Lets somebody in.
    ///
    /// # Errors
    ///
    /// The problems that [`api::Route::problems`] adds for `access`; `busy` or `internal` where something that a
    /// verifier reads fails.
    pub(crate) async fn admit(&self, access: Access, headers: &HeaderMap) -> Result<Admitted, Failure> {
        if access == Access::Public {
            return Ok(Admitted::default());
        }
        let has_token = headers.contains_key(AUTHORIZATION);
        match (has_token, headers.contains_key(API_KEY_HEADER)) {
            (true, true) => Err(unauthenticated("Show an access token or an API key, not both.")),
            (_, false) => Ok(Admitted {
                principal: Some(self.session(access, headers).await?),
                key: None,
            }),
            (false, true) => {
                let key = self.api_key(access, headers).await?;
                Ok(Admitted {
                    principal: Some(key.principal.clone()),
                    key: Some(key),
                })
            }
        }
    }

    /// Writes down that a key was used, if one was shown and that was not done within the hour; returns what was
    /// written.
    pub(crate) async fn mark_used(&self, admitted: &Admitted) -> Option<ApiKeyUse> {
        let (api_keys, key) = (self.api_keys.as_ref()?, admitted.key.as_ref()?);
        api_keys.mark_used(key).await
    }

    async fn session(&self, access: Access, headers: &HeaderMap) -> Result<Principal, Failure> {
        let (restricted_may, admin_only) = match access {
            Access::Public | Access::RestrictedUser => (true, false),
            Access::User | Access::Scoped(_) => (false, false),
            Access::Admin => (false, true),
            Access::Device => {
                return Err(unauthenticated(
                    "This is for the device at a door, which shows its API key.",
                ));
            }
        };
        let authorization = headers
            .get(AUTHORIZATION)
            .map(|it| it.to_str().unwrap_or_default());
        let principal = self.tokens.verify(authorization).await?;
        let restricted = matches!(
            principal.credential,
            Credential::Session {
                must_change_password: true,
                ..
            }
        );
        if restricted && !restricted_may {
            return Err(ProblemType::PasswordChangeRequired.into());
        }
        if admin_only && !principal.is_admin() {
            return Err(ProblemType::Forbidden.into());
        }
        Ok(principal)
    }

    async fn api_key(&self, access: Access, headers: &HeaderMap) -> Result<Verified, Failure> {
        let enough = match access {
            Access::Scoped(scopes) => scopes,
            Access::Device => &[Scope::Door],
            Access::Public | Access::User | Access::RestrictedUser | Access::Admin => {
                return Err(unauthenticated(
                    "This needs somebody who is signed in: an API key does not do.",
                ));
            }
        };
        // A router that serves such a route has them.
        let api_keys = self.api_keys.as_ref().ok_or(ProblemType::Unauthenticated)?;
        let mut texts = headers.get_all(API_KEY_HEADER).iter();
        let text = match (texts.next(), texts.next()) {
            (Some(text), None) => text.to_str().unwrap_or_default(),
            _ => "",
        };
        let verified = api_keys.verify(text).await?;
        let allowed = match (&verified.principal.credential, access) {
            (Credential::Device { .. }, Access::Device) => true,
            (Credential::ApiKey { scopes, .. }, Access::Scoped(enough)) => {
                enough.iter().any(|it| scopes.contains(it))
            }
            _ => false,
        };
        if !allowed {
            return Err(insufficient(&verified.principal.credential, access, enough));
        }
        Ok(verified)
    }
}

fn unauthenticated(detail: &str) -> Failure {
    Problem::new(ProblemType::Unauthenticated).detail(detail).into()
}

/// Which scopes would have been enough, and where no scope is, why.
fn insufficient(credential: &Credential, access: Access, enough: &[Scope]) -> Failure {
    let names: Vec<&str> = enough.iter().map(|it| it.as_str()).collect();
    let problem = Problem::new(ProblemType::InsufficientScope).with("scopes", names);
    let problem = match (credential, access) {
        (Credential::Device { .. }, _) => {
            problem.detail("The key of a device at a door can do nothing else.")
        }
        (_, Access::Device) => problem.detail("This is for keys that belong to the device at a door."),
        _ => problem,
    };
    problem.into()
}

#[cfg(test)]
mod tests;
