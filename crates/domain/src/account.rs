//! Accounts: names, addresses, roles.
//!
//! Both names have two forms: what the person typed, which is shown, and a key, which is compared. Two
//! accounts never share a key.

use std::fmt;

/// Shortest username, in characters. Chosen, not measured.
pub const USERNAME_MIN_CHARS: usize = 3;
/// Longest username, in characters. Chosen, not measured.
pub const USERNAME_MAX_CHARS: usize = 32;
/// Longest e-mail address, in bytes: RFC 5321 section 4.5.3.1.3 allows a path of 256 with its two brackets.
pub const EMAIL_MAX_BYTES: usize = 254;
/// Longest part before the `@`, in bytes: RFC 5321 section 4.5.3.1.1.
pub const EMAIL_LOCAL_MAX_BYTES: usize = 64;

/// The name a person signs in with: 3 to 32 ASCII letters, digits, `.`, `_` and `-`, beginning with a letter
/// or digit.
///
/// ASCII only, so that no two names look alike and compare different.
#[derive(Clone, PartialEq, Eq)]
pub struct Username(String);

/// Why a text is not a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUsername {
    /// Fewer than [`USERNAME_MIN_CHARS`].
    #[error("must have at least {USERNAME_MIN_CHARS} characters")]
    TooShort,
    /// More than [`USERNAME_MAX_CHARS`].
    #[error("must have at most {USERNAME_MAX_CHARS} characters")]
    TooLong,
    /// A character outside the alphabet.
    #[error("may only contain the letters a to z, digits, '.', '_' and '-'")]
    Character,
    /// Begins with punctuation.
    #[error("must begin with a letter or a digit")]
    Beginning,
}

impl Username {
    /// Parses a username as it was typed.
    ///
    /// # Errors
    ///
    /// [`InvalidUsername`] with the first rule that is broken.
    pub fn parse(text: &str) -> Result<Self, InvalidUsername> {
        let n_chars = text.chars().count();
        if n_chars < USERNAME_MIN_CHARS {
            return Err(InvalidUsername::TooShort);
        }
        if USERNAME_MAX_CHARS < n_chars {
            return Err(InvalidUsername::TooLong);
        }
        if !text
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'-'))
        {
            return Err(InvalidUsername::Character);
        }
        if !text.starts_with(|it: char| it.is_ascii_alphanumeric()) {
            return Err(InvalidUsername::Beginning);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the name as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form that is compared: two usernames that differ only in case have the same key.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// Hides the name: it may not reach a log.
impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Username").finish_non_exhaustive()
    }
}

/// An e-mail address: the dot-atom form of RFC 5322 with an ASCII domain of at least two labels.
///
/// Quoted local parts, comments and address literals are legal and refused: nobody who signs up has one, and
/// mail software disagrees about them.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// A text that is not an e-mail address we can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as name@example.org")]
pub struct InvalidEmail;

impl Email {
    /// Parses an address as it was typed.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`] where the syntax or the length is not acceptable.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        let fits = text.len() <= EMAIL_MAX_BYTES && local.len() <= EMAIL_LOCAL_MAX_BYTES;
        if fits && is_dot_atom(local) && is_domain(domain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmail)
        }
    }

    /// Returns the address as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form that is compared. Case does not distinguish two accounts, although RFC 5321 lets a
    /// host distinguish local parts by it: no host in use does.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Returns the part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |it| it.0)
    }
}

/// Hides the address: it may not reach a log.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").finish_non_exhaustive()
    }
}

fn is_dot_atom(text: &str) -> bool {
    // `atext` of RFC 5322 section 3.2.3.
    let is_atext = |it: u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&it);
    text.split('.')
        .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

fn is_domain(text: &str) -> bool {
    // Letters, digits, hyphens: RFC 1123 section 2.1; 63 is RFC 1035 section 2.3.4.
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let mut labels = text.rsplit('.');
    let top = labels.next().unwrap_or_default();
    // A numeric top label would be an address, not a name.
    let mut rest = labels.peekable();
    is_label(top) && !top.bytes().all(|it| it.is_ascii_digit()) && rest.peek().is_some() && rest.all(is_label)
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Uses the suite for himself.
    User,
    /// Also manages accounts.
    Admin,
}

impl Role {
    /// Returns the name that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// Returns the role with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "user" => Some(Self::User),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_that_are_fine() {
        for text in ["ada", "Ada.Lovelace", "a-1", "0x1", "a_b", &"a".repeat(32)] {
            assert_eq!(Username::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn usernames_that_are_not_and_why() {
        for (text, why) in [
            ("", InvalidUsername::TooShort),
            ("ab", InvalidUsername::TooShort),
            (&"a".repeat(33), InvalidUsername::TooLong),
            ("ada lovelace", InvalidUsername::Character),
            ("ad\u{430}", InvalidUsername::Character), // Cyrillic а
            ("ada\0", InvalidUsername::Character),
            ("user#x", InvalidUsername::Character),
            (".ada", InvalidUsername::Beginning),
            ("-ada", InvalidUsername::Beginning),
        ] {
            assert_eq!(Username::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn case_does_not_make_another_account() {
        assert_eq!(
            Username::parse("Ada").unwrap().key(),
            Username::parse("aDA").unwrap().key()
        );
        assert_eq!(
            Email::parse("Ada@Example.org").unwrap().key(),
            Email::parse("ada@example.ORG").unwrap().key()
        );
    }

    #[test]
    fn addresses_that_are_fine() {
        for text in [
            "a@b.cd",
            "ada.lovelace+tag@mail.example.org",
            "o'brien@example.ie",
            "x@xn--bcher-kva.example",
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn addresses_that_are_not() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}.org", "b.".repeat(130));
        for text in [
            "",
            "@",
            "a@",
            "@b.cd",
            "a@b",
            "a b@c.de",
            "a@b@c.de",
            ".a@b.cd",
            "a.@b.cd",
            "a..b@c.de",
            "a@-b.cd",
            "a@b-.cd",
            "a@b..cd",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "\"a b\"@c.de",
            "a@b.cd\n",
            "a@b.cd\r\nBcc: x@y.z",
            "ä@example.org",
            "a@exämple.org",
            &long_local,
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn names_and_addresses_do_not_show_in_debug_output() {
        let shown = format!(
            "{:?} {:?}",
            Username::parse("ada").unwrap(),
            Email::parse("ada@example.org").unwrap()
        );
        assert!(!shown.contains("ada"), "{shown}");
    }

    #[test]
    fn roles_read_back() {
        for role in [Role::User, Role::Admin] {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
