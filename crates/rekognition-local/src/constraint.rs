//! Violations of the service model, in the words that AWS uses for them.
//!
//! `Value '[SMILING]' at 'attributes' failed to satisfy constraint: …` is what people search for when they see it.

use std::fmt::Display;

use aws_wire::AwsError;

use crate::error;

/// The value at `path` may not be missing.
pub(crate) fn not_null(path: &str) -> AwsError {
    violation(&format!(
        "Value null at '{path}' failed to satisfy constraint: Member must not be null"
    ))
}

/// The value at `path` is none of `allowed`.
pub(crate) fn not_in_enum(path: &str, value: &str, allowed: &[&str]) -> AwsError {
    violation(&format!(
        "Value '{}' at '{path}' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value \
         set: [{}]]",
        printable(value),
        allowed.join(", "),
    ))
}

/// `length` of the value at `path` lies outside `least..=most`.
pub(crate) fn length(path: &str, length: usize, least: usize, most: usize) -> Result<(), AwsError> {
    let must = |bound: &str| {
        violation(&format!(
            "Value at '{path}' failed to satisfy constraint: Member must have length {bound}"
        ))
    };
    if length < least {
        return Err(must(&format!("greater than or equal to {least}")));
    }
    if most < length {
        return Err(must(&format!("less than or equal to {most}")));
    }
    Ok(())
}

/// `value` at `path` lies outside `least..=most`.
pub(crate) fn range<T: PartialOrd + Display + Copy>(
    path: &str,
    value: T,
    least: T,
    most: T,
) -> Result<(), AwsError> {
    let must = |bound: &str| {
        violation(&format!(
            "Value '{value}' at '{path}' failed to satisfy constraint: Member must have value {bound}"
        ))
    };
    if value < least {
        return Err(must(&format!("greater than or equal to {least}")));
    }
    if most < value {
        return Err(must(&format!("less than or equal to {most}")));
    }
    Ok(())
}

/// One of the values in the list or map at `path` does not match the regular expression `pattern`.
pub(crate) fn member_not_matching(path: &str, value: &str, pattern: &str) -> AwsError {
    violation(&format!(
        "Value '[{}]' at '{path}' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy regular \
         expression pattern: {pattern}]",
        printable(value),
    ))
}

/// The value at `path` does not match the regular expression `pattern`.
pub(crate) fn not_matching(path: &str, value: &str, pattern: &str) -> AwsError {
    violation(&format!(
        "Value '{}' at '{path}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}",
        printable(value),
    ))
}

fn violation(what: &str) -> AwsError {
    error::invalid_parameter_because(format!("1 validation error detected: {what}"))
}

/// The caller's own value, short and without control characters.
fn printable(value: &str) -> String {
    value.chars().filter(|it| !it.is_control()).take(200).collect()
}
