//! For the tests of functions. Behind the feature `testing`.

use std::{collections::BTreeMap, fmt::Debug};

use lambda_kit::{ConfigError, Env};

/// Asserts that a function reads the variables of its manifest and no others: with all of them it starts, and without any
/// one of them it says which is missing.
///
/// Each has the value `x`, except those that `values` has.
///
/// # Panics
///
/// If it is not so.
pub fn assert_needs_all<T: Debug>(
    names: &[&str],
    values: &[(&str, &str)],
    from_env: impl Fn(&Env) -> Result<T, ConfigError>,
) {
    let value = |name: &str| values.iter().find(|it| it.0 == name).map_or("x", |it| it.1);
    let all: BTreeMap<_, _> = names
        .iter()
        .map(|it| ((*it).to_owned(), value(it).to_owned()))
        .collect();
    let complete = from_env(&Env::from_map(all.clone()));
    assert!(complete.is_ok(), "{complete:?}");
    for name in names {
        let mut rest = all.clone();
        rest.remove(*name);
        let missing = ConfigError::Missing {
            name: (*name).to_owned(),
        };
        let error = from_env(&Env::from_map(rest)).err();
        assert_eq!(error, Some(missing));
    }
}
