//! Names that callers choose, checked once, where they come in.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

/// A name that breaks its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} has 1 to {max} characters out of {alphabet}")]
pub struct NameError {
    /// What it was to name.
    pub what: &'static str,
    /// Longest allowed, in characters.
    pub max: usize,
    /// Which characters are allowed, as a regular expression.
    pub alphabet: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $extra:literal, $alphabet:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a name if it keeps the rule; upper and lower case differ.
            ///
            /// # Errors
            ///
            /// If the name is empty, too long, or has another character.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let allowed = |it: u8| it.is_ascii_alphanumeric() || $extra.contains(&it);
                if (1..=$max).contains(&text.len()) && text.bytes().all(allowed) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError { what: $what, max: $max, alphabet: $alphabet })
                }
            }

            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

// The rules are Rekognition's: the patterns and lengths of botocore's model of 2016-06-27.
name! {
    /// Names a collection.
    CollectionId, "a collection id", 255, b"_.-", "[a-zA-Z0-9_.-]"
}
name! {
    /// Names a person within a collection. May be personal data: `Debug` does not show it.
    UserId, "a user id", 128, b"_.-:", "[a-zA-Z0-9_.:-]"
}
name! {
    /// A caller's own name of an image. May be personal data: `Debug` does not show it.
    ExternalImageId, "an external image id", 255, b"_.-:", "[a-zA-Z0-9_.:-]"
}
name! {
    /// Names a request, so that sending it twice does what sending it once does.
    RequestToken, "a client request token", 64, b"_-", "[a-zA-Z0-9_-]"
}

impl fmt::Debug for CollectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CollectionId({})", self.0)
    }
}

macro_rules! discreet {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

discreet!(UserId, ExternalImageId, RequestToken);

macro_rules! uuid {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            /// Lower case with hyphens.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )*};
}

uuid! {
    /// Names a stored face.
    FaceId
    /// Names an image that faces were taken from.
    ImageId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_rule() {
        assert!(CollectionId::parse("People_2.x-1").is_ok());
        assert!(CollectionId::parse(".").is_ok());
        assert!(CollectionId::parse(&"x".repeat(255)).is_ok());
        for bad in ["", "a b", "a:b", "é", "a/b", &"x".repeat(256)] {
            assert!(CollectionId::parse(bad).is_err(), "{bad}");
        }
        assert!(UserId::parse("team:ada").is_ok());
        assert!(UserId::parse(&"x".repeat(129)).is_err());
        assert!(RequestToken::parse("a.b").is_err());
        assert_eq!(
            RequestToken::parse("").unwrap_err().to_string(),
            "a client request token has 1 to 64 characters out of [a-zA-Z0-9_-]"
        );
    }

    #[test]
    fn debug_output_shows_no_person() {
        assert_eq!(format!("{:?}", UserId::parse("ada").unwrap()), "UserId { .. }");
        assert_eq!(
            format!("{:?}", ExternalImageId::parse("ada").unwrap()),
            "ExternalImageId { .. }"
        );
    }
}
