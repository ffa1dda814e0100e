//! What an API key may do.

/// A part of the API that an API key can be allowed to use. From the contract of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Uploads and analyses.
    Analyze,
    /// Reading registered people.
    PeopleRead,
    /// Registering, changing and erasing people.
    PeopleWrite,
    /// Verifying and identifying people.
    Identify,
    /// Liveness challenges.
    Liveness,
    /// Attempts at a door.
    Door,
}

impl Scope {
    /// Every scope, in the order of the contract.
    pub const ALL: &[Self] = &[
        Self::Analyze,
        Self::PeopleRead,
        Self::PeopleWrite,
        Self::Identify,
        Self::Liveness,
        Self::Door,
    ];

    /// Name on the wire and in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Analyze => "analyze",
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
            Self::Identify => "identify",
            Self::Liveness => "liveness",
            Self::Door => "door",
        }
    }

    /// Returns the scope with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
        assert_eq!(Scope::parse("admin"), None);
        assert_eq!(Scope::parse("Analyze"), None);
    }
}
