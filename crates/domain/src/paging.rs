//! How many items a page has.

/// Number of items of one page: 1 to [`PageLimit::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u32);

/// A number outside the bounds of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be from 1 to {max}", max = PageLimit::MAX)]
pub struct InvalidLimit;

impl PageLimit {
    /// Largest page. Chosen: a hundred summaries stay far below the 6 MB a function may answer with.
    pub const MAX: u32 = 100;
    /// Page where the caller asks for no size. Chosen, not measured.
    pub const DEFAULT: Self = Self(20);

    /// Returns the page size asked for, or the default.
    ///
    /// # Errors
    ///
    /// [`InvalidLimit`] outside 1 to [`Self::MAX`].
    pub fn new(asked: Option<u32>) -> Result<Self, InvalidLimit> {
        match asked {
            None => Ok(Self::DEFAULT),
            Some(n_items) if (1..=Self::MAX).contains(&n_items) => Ok(Self(n_items)),
            Some(_) => Err(InvalidLimit),
        }
    }

    /// Returns the number of items.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_a_page() {
        assert_eq!(PageLimit::new(None), Ok(PageLimit::DEFAULT));
        assert_eq!(PageLimit::new(Some(1)).unwrap().get(), 1);
        assert_eq!(PageLimit::new(Some(100)).unwrap().get(), 100);
        assert_eq!(PageLimit::new(Some(0)), Err(InvalidLimit));
        assert_eq!(PageLimit::new(Some(101)), Err(InvalidLimit));
        assert_eq!(InvalidLimit.to_string(), "must be from 1 to 100");
    }
}
