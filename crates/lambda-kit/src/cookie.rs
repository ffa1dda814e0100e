//! Cookies: read from a request, written into an answer.

use std::time::Duration;

/// Returns a cookie that only this site gets back, that no script can read, and that never travels in the clear.
///
/// `value` must consist of characters that a cookie can carry (RFC 6265 section 4.1.1); base64url does.
#[must_use]
pub fn private(name: &str, value: &str, path: &str, max_age: Duration) -> String {
    format!(
        "{name}={value}; Path={path}; Max-Age={}; HttpOnly; Secure; SameSite=Strict",
        max_age.as_secs()
    )
}

/// Returns the cookie that removes one made by [`private`].
#[must_use]
pub fn removed(name: &str, path: &str) -> String {
    private(name, "", path, Duration::ZERO)
}

/// Returns the value of the cookie with this name, the first if it is there twice.
pub(crate) fn find<'a>(cookies: impl IntoIterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    // API Gateway gives one entry per cookie; a `Cookie` header has them all in one line.
    cookies.into_iter().flat_map(|it| it.split(';')).find_map(|it| {
        let (key, value) = it.trim().split_once('=')?;
        (key == name && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_cookie_has_every_protection() {
        assert_eq!(
            private("a", "b", "/api/auth", Duration::from_mins(1)),
            "a=b; Path=/api/auth; Max-Age=60; HttpOnly; Secure; SameSite=Strict"
        );
        assert!(removed("a", "/").starts_with("a=; Path=/; Max-Age=0;"));
    }

    #[test]
    fn cookies_are_found_in_both_forms() {
        assert_eq!(find(["x=1", "a=b=c"], "a"), Some("b=c"));
        assert_eq!(find(["x=1; a=2;a=3"], "a"), Some("2"));
        assert_eq!(find(["xa=1; a="], "a"), None);
    }
}
