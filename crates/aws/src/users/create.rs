//! Creating accounts.

use domain::Role;

use super::{
    CreateUserError, UserRow, UsersTable,
    rows::{Item, email_key, name_row, username_key},
    transaction::Step,
};
use crate::fault::malformed;

const FIRST_ADMIN_KEY: &str = "first-admin";

impl UsersTable {
    /// Creates an account with its names, all or nothing. Maps to `dynamodb:PutItem` and, for an administrator, `dynamodb:UpdateItem`, in a transaction.
    ///
    /// # Errors
    ///
    /// [`CreateUserError::UsernameTaken`], or else [`CreateUserError::EmailTaken`], if another account has the name;
    /// nothing is changed then.
    pub async fn create(&self, user: &UserRow) -> Result<(), CreateUserError> {
        self.put_with_names("CreateUser", user, false).await
    }

    /// Creates an account with its names unless there has ever been one created by this operation. Maps to
    /// `dynamodb:PutItem` and, for an administrator, `dynamodb:UpdateItem`, in a transaction.
    ///
    /// # Errors
    ///
    /// [`CreateUserError::AdminExists`] before the other errors; nothing is changed then.
    pub async fn create_first_admin(&self, user: &UserRow) -> Result<(), CreateUserError> {
        self.put_with_names("CreateFirstAdmin", user, true).await
    }

    async fn put_with_names(
        &self,
        operation: &'static str,
        user: &UserRow,
        first_admin: bool,
    ) -> Result<(), CreateUserError> {
        let item = serde_dynamo::to_item(Item::from(user)).map_err(|it| malformed(operation, it))?;
        let mut steps: Vec<Step<CreateUserError>> = Vec::new();
        if first_admin {
            let row = name_row(FIRST_ADMIN_KEY.to_owned(), user.id);
            steps.push((self.put_new(operation, row)?, Some(CreateUserError::AdminExists)));
        }
        let username = name_row(username_key(&user.username), user.id);
        steps.push((
            self.put_new(operation, username)?,
            Some(CreateUserError::UsernameTaken),
        ));
        let email = name_row(email_key(&user.email), user.id);
        steps.push((self.put_new(operation, email)?, Some(CreateUserError::EmailTaken)));
        steps.push((self.put_new(operation, item)?, None));
        if user.role == Role::Admin {
            steps.push((self.one_administrator_more(operation)?, None));
        }
        self.transact(operation, steps, None).await
    }
}
