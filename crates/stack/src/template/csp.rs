//! The content security policy, pointed at the local endpoints.

/// The policy with the local S3 endpoint beside every S3 host it names.
///
/// A source under `amazonaws.com` is where a page reaches S3 on AWS, so the same directive gets `aws_url`; a policy
/// that names none gets it in `connect-src`, if it has one. `upgrade-insecure-requests` is left out, because the
/// local endpoints speak plain HTTP.
pub(super) fn localize(policy: &str, aws_url: &str) -> String {
    let directives: Vec<&str> = policy
        .split(';')
        .map(str::trim)
        .filter(|it| !it.is_empty() && *it != "upgrade-insecure-requests")
        .collect();
    let names_s3 = directives.iter().any(|it| it.contains("amazonaws.com"));
    directives
        .iter()
        .map(|directive| {
            let wanted =
                directive.contains("amazonaws.com") || (!names_s3 && directive.starts_with("connect-src"));
            if wanted {
                format!("{directive} {aws_url}")
            } else {
                (*directive).to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directive_that_names_s3_gets_the_local_endpoint() {
        let policy = "default-src 'self'; img-src 'self' https://b.s3.eu-west-1.amazonaws.com; \
                      connect-src 'self' https://b.s3.eu-west-1.amazonaws.com; upgrade-insecure-requests";
        assert_eq!(
            localize(policy, "http://127.0.0.1:4566"),
            "default-src 'self'; img-src 'self' https://b.s3.eu-west-1.amazonaws.com http://127.0.0.1:4566; \
             connect-src 'self' https://b.s3.eu-west-1.amazonaws.com http://127.0.0.1:4566"
        );
    }

    #[test]
    fn a_policy_without_s3_gets_it_where_pages_connect() {
        assert_eq!(
            localize("default-src 'none'; connect-src 'self'", "http://x"),
            "default-src 'none'; connect-src 'self' http://x"
        );
    }
}
