//! Identifiers. Each is a UUID in its canonical form: 36 characters, lower case, with hyphens.
//!
//! Only the canonical form parses, so that one thing has one spelling in keys, paths and logs.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// A value that names nothing.
pub const NIL: Uuid = Uuid::nil();

/// A string that is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct InvalidId;

fn parse_canonical(text: &str) -> Result<Uuid, InvalidId> {
    // `Uuid` also reads braces, URNs, upper case and no hyphens at all.
    let uuid = Uuid::try_parse(text).map_err(|_| InvalidId)?;
    if uuid.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text {
        Ok(uuid)
    } else {
        Err(InvalidId)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// Parses the canonical form.
            ///
            /// # Errors
            ///
            /// [`InvalidId`] for anything but 36 characters of lower-case hexadecimal with hyphens.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                parse_canonical(text).map(Self)
            }

            /// Returns the identifier with this value.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the value.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }
    };
}

id! {
    /// Names an account.
    UserId
}
id! {
    /// Names a place that was handed out for one upload.
    UploadId
}
id! {
    /// Names an analysis. UUID version 7, so sorting by id is sorting by time of creation.
    AnalysisId
}
id! {
    /// Names a registered person. UUID version 7, so sorting by id is sorting by time of registration.
    PersonId
}
id! {
    /// Names a face of a registered person: the upload that it came with.
    FaceId
}
id! {
    /// Names a liveness challenge.
    ChallengeId
}
id! {
    /// Names a session: everything that descends from one sign-in.
    SessionId
}
id! {
    /// Names an API key; not a secret.
    ApiKeyId
}
id! {
    /// Names a door.
    DoorId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_reads_back_as_it_was_written() {
        let text = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(UserId::parse(text).unwrap().to_string(), text);
        assert_eq!(text.parse::<AnalysisId>().unwrap().to_string(), text);
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in [
            "",
            "01890A5D-AC96-774B-BCCE-B302099A8057",
            "01890a5dac96774bbcceb302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
            "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
            "01890a5d-ac96-774b-bcce-b302099a805",
            "01890a5d-ac96-774b-bcce-b302099a8057 ",
            "../../../../etc/passwd",
        ] {
            assert_eq!(UploadId::parse(text), Err(InvalidId), "{text}");
        }
    }

    #[test]
    fn ids_sort_by_time() {
        let earlier = AnalysisId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let later = AnalysisId::parse("01890a5e-0000-7000-8000-000000000000").unwrap();
        assert!(earlier < later);
    }
}
