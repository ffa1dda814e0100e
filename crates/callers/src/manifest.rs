//! What the template must provide for [`Callers`](crate::Callers): variables, and a right for each part. The rights have
//! the names of their statements in the template.

use lambda_kit::Grant;

/// Variables that [`Config`](crate::Config) reads.
pub const ENV: [&str; 5] = [
    "JWKS_PARAMETER",
    "API_KEYS_TABLE",
    "LIMITS_TABLE",
    "AUDIT_TABLE",
    "EDGE_TOKEN",
];

/// Verifies access tokens.
pub const GET_PUBLIC_KEYS: Grant = Grant {
    resource: "parameter/auth/jwks",
    actions: &["ssm:GetParameter"],
};

/// Verifies API keys: reads the key and its owner's row, and once an hour writes down that the key was used.
pub const VERIFY_API_KEYS: Grant = Grant {
    resource: "ApiKeysTable",
    actions: &["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
};

/// Counts requests. Never read: the put that fails says what is there.
pub const COUNT_REQUESTS: Grant = Grant {
    resource: "LimitsTable",
    actions: &["dynamodb:PutItem"],
};

/// Appends to what happened, after the entry before.
pub const RECORD_AUDIT: Grant = Grant {
    resource: "AuditTable",
    actions: &["dynamodb:PutItem", "dynamodb:Query"],
};

/// Returns all variables of a function: [`ENV`], and then its `own`.
///
/// # Panics
///
/// If `ALL` is not the length of both, which in a constant does not compile.
#[must_use]
pub const fn env_with<const OWN: usize, const ALL: usize>(own: [&'static str; OWN]) -> [&'static str; ALL] {
    assert!(ALL == ENV.len() + OWN, "as long as both together");
    let mut all = [""; ALL];
    let mut idx = 0;
    while idx < ALL {
        all[idx] = if idx < ENV.len() {
            ENV[idx]
        } else {
            own[idx - ENV.len()]
        };
        idx += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_functions_own_variables_follow_the_common_ones() {
        const ALL: [&str; 7] = env_with(["UPLOADS_TABLE", "UPLOADS_BUCKET"]);
        assert_eq!(ALL[..5], ENV);
        assert_eq!(ALL[5..], ["UPLOADS_TABLE", "UPLOADS_BUCKET"]);
    }
}
