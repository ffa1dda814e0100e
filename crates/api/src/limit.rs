//! The table of limits on how often somebody may call an operation.

use crate::{Route, routes};

/// How often something may happen: a bucket of `amount` tokens that fills up again in `window_s` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Name in the headers. Operations with the same name share the bucket.
    pub name: &'static str,
    /// Tokens in a full bucket, at least 1.
    pub amount: u32,
    /// Time in which an empty bucket fills up, in seconds, at least 1.
    pub window_s: u32,
}

/// Lists, 30 per minute: from the contract of the API.
pub const LISTS: Rate = Rate {
    name: "lists",
    amount: 30,
    window_s: 60,
};

/// Uploads, 60 per minute: from the contract of the API.
pub const UPLOADS: Rate = Rate {
    name: "uploads",
    amount: 60,
    window_s: 60,
};

/// Mails with a link for a new password, to one e-mail address: 3 per hour, from the contract of the API.
pub const FORGOT: Rate = Rate {
    name: "forgot",
    amount: 3,
    window_s: 60 * 60,
};

/// The same, asked for from one network address: as many as failed sign-ins. Chosen: an office has one address.
pub const FORGOT_ADDRESS: Rate = Rate {
    name: "forgot-address",
    amount: 20,
    window_s: 15 * 60,
};

/// People registered, 30 per minute. Chosen: whoever registers a class of pupils from a list is done in a minute and not in six, as at
/// the 5 of faces; and a loop of registering and erasing is held to what an account may erase.
pub const REGISTER: Rate = Rate {
    name: "register",
    amount: 30,
    window_s: 60,
};

/// Erasures of people, 10 per minute. Chosen: each reads the whole collection of the account, by a quota that all accounts share.
pub const ERASE: Rate = Rate {
    name: "erase",
    amount: 10,
    window_s: 60,
};

/// Faces of people, 5 per minute: from the contract of the API.
pub const FACES: Rate = Rate {
    name: "faces",
    amount: 5,
    window_s: 60,
};

/// Verifications, 10 per minute: from the contract of the API.
pub const VERIFY: Rate = Rate {
    name: "verify",
    amount: 10,
    window_s: 60,
};

/// Operations that an account may call only so often. What counts failures, as signing in does, is not here: the
/// function decides then.
pub const LIMITED: &[(&Route, Rate)] = &[
    (&routes::CREATE_UPLOAD, UPLOADS),
    (&routes::LIST_ANALYSES, LISTS),
    (&routes::LIST_PEOPLE, LISTS),
    (&routes::CREATE_PERSON, REGISTER),
    (&routes::DELETE_PERSON, ERASE),
    (&routes::ADD_FACE, FACES),
    (&routes::VERIFY_PERSON, VERIFY),
    (&routes::LIST_SESSIONS, LISTS),
    (&routes::LIST_USERS, LISTS),
    (&routes::LIST_API_KEYS, LISTS),
    (&routes::LIST_AUDIT, LISTS),
];

impl Route {
    /// Returns how often an account may call this operation, `None` for as often as it likes.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        LIMITED
            .iter()
            .find(|(route, _)| route.id == self.id)
            .map(|it| it.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, ROUTES};

    #[test]
    fn every_list_is_limited_as_lists_are() {
        let is_list = |it: &&&Route| {
            it.answers.iter().any(|answer| {
                let schema = answer
                    .schema
                    .map(|it| it(&mut schemars::SchemaGenerator::default()));
                schema.is_some_and(|it| it.to_value().to_string().contains("Page\""))
            })
        };
        let lists: Vec<_> = ROUTES.iter().filter(is_list).collect();
        assert!(!lists.is_empty());
        for route in lists {
            assert_eq!(route.rate(), Some(LISTS), "{}", route.id);
        }
    }

    #[test]
    fn people_are_registered_and_erased_no_faster_than_one_account_may() {
        assert_eq!(routes::CREATE_PERSON.rate(), Some(REGISTER));
        assert_eq!(routes::DELETE_PERSON.rate(), Some(ERASE));
        // Not out of one bucket: who registered many can erase one of them at once.
        assert_ne!(REGISTER.name, ERASE.name);
    }

    #[test]
    fn only_who_is_known_is_counted_by_account() {
        for (route, rate) in LIMITED {
            assert_ne!(route.access, Access::Public, "{}", route.id);
            assert!(0 < rate.amount && 0 < rate.window_s, "{}", rate.name);
        }
    }
}
