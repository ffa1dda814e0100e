//! Who signed, and whether they may.

use std::sync::Arc;

use aws_wire::Credentials;
use s3s::{
    S3Error, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    path::S3Path,
    s3_error,
};
use subtle::ConstantTimeEq;

use super::gate::query_value;

/// Whether something may be done.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asks.
    pub access_key: &'a str,
    /// To do what, `s3:GetObject`.
    pub action: &'a str,
    /// With which bucket; `*` where a request names none.
    pub bucket: &'a str,
    /// With which object.
    pub key: Option<&'a str>,
    /// What the keys begin with that are listed, where a request to list them says so.
    pub prefix: Option<&'a str>,
}

/// Decides.
pub type Allowed = Arc<dyn Fn(Asked<'_>) -> bool + Send + Sync>;

/// The stack's keys, for s3s's check of signatures.
pub(super) struct Keys(pub(super) Arc<dyn Credentials>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let unknown = || {
            s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )
        };
        self.0.secret(access_key).map(SecretKey::from).ok_or_else(unknown)
    }
}

/// The check before an operation runs. Its signature is verified by then.
///
/// What depends on the request's body or on what is stored (the objects of a `DeleteObjects`, the source of a copy, whether a
/// missing key may be known to be missing) is checked by the operation.
pub(super) struct Rights {
    pub(super) credentials: Arc<dyn Credentials>,
    pub(super) allowed: Allowed,
}

#[async_trait::async_trait]
impl S3Access for Rights {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(signer) = cx.credentials() else {
            return Err(denied());
        };
        let sent = match cx.headers().get("x-amz-security-token") {
            Some(header) => Some(header.as_bytes().to_vec()),
            None => query_value(cx.uri(), "X-Amz-Security-Token").map(String::into_bytes),
        };
        check_token(
            self.credentials.session_token(&signer.access_key).as_deref(),
            sent.as_deref(),
        )?;

        let Some(action) = action(cx.s3_op().name()) else {
            return Ok(());
        };
        let (bucket, key) = match cx.s3_path() {
            S3Path::Root => ("*", None),
            S3Path::Bucket { bucket } => (&**bucket, None),
            S3Path::Object { bucket, key } => (&**bucket, Some(&**key)),
        };
        let lists = matches!(cx.s3_op().name(), "ListObjects" | "ListObjectsV2");
        let prefix = query_value(cx.uri(), "prefix").filter(|_| lists);
        let asked = Asked {
            access_key: &signer.access_key,
            action,
            bucket,
            key,
            prefix: prefix.as_deref(),
        };
        if (self.allowed)(asked) {
            Ok(())
        } else {
            Err(denied())
        }
    }
}

fn check_token(expected: Option<&str>, sent: Option<&[u8]>) -> S3Result<()> {
    match (expected, sent) {
        (None, None) => Ok(()),
        (Some(expected), Some(sent)) if bool::from(expected.as_bytes().ct_eq(sent)) => Ok(()),
        (_, Some(_)) => Err(s3_error!(
            InvalidToken,
            "The provided token is malformed or otherwise invalid."
        )),
        (Some(_), None) => Err(s3_error!(
            InvalidAccessKeyId,
            "The AWS Access Key Id you provided does not exist in our records."
        )),
    }
}

pub(super) fn denied() -> S3Error {
    s3_error!(AccessDenied, "Access Denied")
}

/// The action that an operation needs on the resource in its path; `None` for `DeleteObjects`, which is judged object by object.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>. Operations without a row
/// are not available; only who may do everything learns so.
fn action(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "DeleteObjects" => return None,
        "ListBuckets" => "s3:ListAllMyBuckets",
        "CreateBucket" => "s3:CreateBucket",
        "DeleteBucket" => "s3:DeleteBucket",
        "GetBucketLocation" => "s3:GetBucketLocation",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "s3:ListBucket",
        "GetObject" | "HeadObject" => "s3:GetObject",
        "DeleteObject" => "s3:DeleteObject",
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "s3:PutObject",
        _ => "s3:*",
    })
}
