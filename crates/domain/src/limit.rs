//! What is remembered of whoever a limit counts, and how it is changed: by one conditional write.

/// What is remembered. Times are in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Things counted.
    pub n: u32,
    /// When the first of them was.
    pub since_ms: i64,
    /// Until when nothing is let through; 0 for no such time.
    pub until_ms: i64,
    /// When all of this is forgotten.
    pub over_ms: i64,
}

/// A change of what is remembered.
#[derive(Clone, PartialEq, Eq)]
pub struct Swap {
    /// Whom it is about: the name of a limit and a hash, so that it says nothing about anybody.
    pub key: String,
    /// What must be remembered for the change to happen, `None` for nothing or something that is forgotten at
    /// [`Swap::now_ms`].
    pub before: Option<Mark>,
    /// What is remembered from then on.
    pub after: Mark,
    /// The time, in milliseconds since 1970.
    pub now_ms: i64,
}

/// What became of a [`Swap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swapped {
    /// It happened.
    Done,
    /// It did not, because this is remembered; `None` for nothing.
    Differs(Option<Mark>),
}

/// Hides whom it is about.
impl std::fmt::Debug for Swap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Swap")
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}
