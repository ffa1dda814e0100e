//! The capabilities on AWS, and how the function is put together.

use std::sync::Arc;

use aws::{
    api_keys::{AddApiKeyError, ApiKeyRow, ApiKeysTable, OwnedApiKeys},
    mail::{Letter, Mailer},
    parameters::{CreateParameterError, Parameters, Protection},
    resets::{ResetRow, ResetsTable},
    sessions::{ListedSession, RotateError, SessionFilter, SessionRow, SessionsTable, TokenHash},
    users::{
        ChangeUserError, CreateUserError, ListedUsers, ManageUserError, Place, Standing, UserRow, UsersTable,
    },
};
use callers::Callers;
use domain::{ApiKeyHash, ApiKeyId, Email, Fault, SessionId, UserId, Username};
use jiff::Timestamp;
use lambda_kit::{Function, InitError, Kit};

use crate::{
    capabilities::{
        Accounts, Capabilities, ListAccounts, ListSessions, ManageAccounts, OwnApiKeys, ParameterStore,
        Random, Resets, SendMail, Sessions,
    },
    config::Config,
    http::{self, Context},
    password_reset,
    passwords::Passwords,
    signing::SigningKeys,
};

/// Builds the function.
///
/// # Errors
///
/// [`InitError`] if the environment lacks something.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let parameters = Parameters::new(&kit.aws);
    let Callers {
        tokens,
        limits,
        trail,
        // No route of this function takes API keys; it makes them.
        api_keys: _,
    } = Callers::new(kit, parameters.clone(), &config.callers);
    let context = Context::<Aws> {
        accounts: UsersTable::new(
            &kit.aws,
            config.users_table,
            config.callers.api_keys_table.clone(),
        ),
        api_keys: ApiKeysTable::new(&kit.aws, config.callers.api_keys_table),
        sessions: SessionsTable::new(&kit.aws, config.sessions_table.clone()),
        resets: ResetsTable::new(&kit.aws, config.sessions_table),
        mail: Mailer::new(&kit.aws, config.mail_from),
        parameters: parameters.clone(),
        site_origin_parameter: config.site_origin_parameter,
        forgot_takes: password_reset::FORGOT_TAKES,
        signing: SigningKeys::new(
            parameters,
            config.signing_key_parameter,
            config.callers.jwks_parameter,
        ),
        passwords: Passwords::new(),
        random: SystemRandom,
        limits,
        trail,
        clock: kit.clock.clone(),
        ids: kit.ids.clone(),
        self_sign_up: config.self_sign_up,
    };
    Ok(http::function(tokens, Arc::new(context)))
}

/// AWS.
#[derive(Debug, Clone, Copy)]
pub struct Aws;

impl Capabilities for Aws {
    type Accounts = UsersTable;
    type Sessions = SessionsTable;
    type ApiKeys = ApiKeysTable;
    type Resets = ResetsTable;
    type SendMail = Mailer;
    type ParameterStore = Parameters;
    type Random = SystemRandom;
}

/// The random generator of the library that TLS uses, seeded by the system.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| Fault::later("Random", "the system has no randomness"))
    }
}

impl Accounts for UsersTable {
    async fn find(&self, username: &Username) -> Result<Option<UserRow>, Fault> {
        Self::find(self, username).await
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<UserRow>, Fault> {
        Self::find_by_email(self, email).await
    }

    async fn get(&self, id: UserId) -> Result<Option<UserRow>, Fault> {
        Self::get(self, id).await
    }

    async fn create(&self, user: &UserRow) -> Result<(), CreateUserError> {
        Self::create(self, user).await
    }

    async fn create_first_admin(&self, user: &UserRow) -> Result<(), CreateUserError> {
        Self::create_first_admin(self, user).await
    }

    async fn set_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> Result<u32, ChangeUserError> {
        Self::set_password(self, id, version, password_hash).await
    }

    async fn set_one_time_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> Result<u32, ChangeUserError> {
        Self::set_one_time_password(self, id, version, password_hash).await
    }

    async fn end_sessions(&self, id: UserId) -> Result<(), ChangeUserError> {
        Self::end_sessions(self, id).await
    }
}

impl ListAccounts for UsersTable {
    async fn list(&self, prefix: &str, limit: usize, after: Option<&Place>) -> Result<ListedUsers, Fault> {
        Self::list(self, prefix, limit, after).await
    }
}

impl ManageAccounts for UsersTable {
    async fn change(&self, user: &UserRow, after: Standing) -> Result<u32, ManageUserError> {
        Self::change(self, user, after).await
    }

    async fn delete(&self, user: &UserRow, erase_again_at: Timestamp) -> Result<(), ManageUserError> {
        Self::delete(self, user, erase_again_at).await
    }
}

impl ListSessions for SessionsTable {
    async fn list_sessions(&self, filter: SessionFilter, limit: usize) -> Result<Vec<ListedSession>, Fault> {
        self.list(filter, limit).await
    }
}

impl Sessions for SessionsTable {
    async fn put(&self, session: &SessionRow) -> Result<(), Fault> {
        Self::put(self, session).await
    }

    async fn get(&self, id: SessionId) -> Result<Option<SessionRow>, Fault> {
        Self::get(self, id).await
    }

    async fn rotate(
        &self,
        id: SessionId,
        from: &TokenHash,
        to: &TokenHash,
        now_and_expiry: (Timestamp, Timestamp),
    ) -> Result<(), RotateError> {
        Self::rotate(self, id, from, to, now_and_expiry).await
    }

    async fn keep(&self, id: SessionId, user_version: u32) -> Result<(), Fault> {
        Self::keep(self, id, user_version).await
    }

    async fn delete(&self, id: SessionId) -> Result<(), Fault> {
        Self::delete(self, id).await
    }

    async fn delete_own(&self, id: SessionId, user: UserId) -> Result<bool, Fault> {
        Self::delete_own(self, id, user).await
    }
}

impl OwnApiKeys for ApiKeysTable {
    async fn list(&self, user: UserId) -> Result<OwnedApiKeys, Fault> {
        Self::list(self, user).await
    }

    async fn add(&self, row: &ApiKeyRow, version: Option<u64>) -> Result<(), AddApiKeyError> {
        Self::add(self, row, version).await
    }

    async fn replace_secret(&self, user: UserId, id: ApiKeyId, hash: &ApiKeyHash) -> Result<bool, Fault> {
        Self::replace_secret(self, user, id, hash).await
    }

    async fn delete(&self, user: UserId, id: ApiKeyId) -> Result<bool, Fault> {
        Self::delete(self, user, id).await
    }
}

impl Resets for ResetsTable {
    async fn put_reset(&self, reset: &ResetRow) -> Result<(), Fault> {
        self.put(reset).await
    }

    async fn get_reset(&self, hash: &TokenHash) -> Result<Option<ResetRow>, Fault> {
        self.get(hash).await
    }

    async fn delete_reset(&self, hash: &TokenHash) -> Result<(), Fault> {
        self.delete(hash).await
    }
}

impl SendMail for Mailer {
    async fn send_mail(&self, letter: &Letter) -> Result<(), Fault> {
        self.send(letter).await
    }
}

impl ParameterStore for Parameters {
    async fn read(&self, name: &str) -> Result<Option<String>, Fault> {
        self.get(name).await
    }

    async fn create(
        &self,
        name: &str,
        value: &str,
        protection: Protection,
    ) -> Result<(), CreateParameterError> {
        Self::create(self, name, value, protection).await
    }

    async fn replace(&self, name: &str, value: &str, protection: Protection) -> Result<(), Fault> {
        Self::replace(self, name, value, protection).await
    }
}
