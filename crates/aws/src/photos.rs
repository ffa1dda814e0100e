//! Buckets: photos on their way in, pictures that are kept, result files.
//!
//! One adapter for all three, because what differs is who may do what, and that is in the template. Keys are made
//! here from parsed identifiers, and nowhere from what a client says.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{AnalysisId, ChallengeId, FaceId, Fault, PersonId, UploadId, UserId};
use jiff::Timestamp;

use crate::{
    fault::{malformed, sdk_fault},
    folders,
};

/// Adapter on one bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
}

/// Key of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Key of a photo that is uploaded.
    #[must_use]
    pub fn upload(user: UserId, upload: UploadId) -> Self {
        Self(format!("u/{user}/{upload}"))
    }

    /// Key of a picture of an analysis; `variant` is `original`, `annotated` or `thumbnail`.
    #[must_use]
    pub fn image(user: UserId, analysis: AnalysisId, variant: &'static str) -> Self {
        Self(format!("u/{user}/{analysis}/{variant}.jpg"))
    }

    /// Key of the result of an analysis.
    #[must_use]
    pub fn result(user: UserId, analysis: AnalysisId) -> Self {
        Self(format!("{user}/{analysis}.json"))
    }

    /// Key of a frame of a liveness challenge.
    #[must_use]
    pub fn frame(challenge: ChallengeId, index: u32) -> Self {
        Self(format!("l/{challenge}/{index}.jpg"))
    }

    /// Key of the picture of a face of a person.
    #[must_use]
    pub fn person_face(owner: UserId, person: PersonId, face: FaceId) -> Self {
        Self(format!("{}{face}.jpg", Self::person_folder(owner, person)))
    }

    /// What the keys of all pictures of a person begin with.
    pub(crate) fn person_folder(owner: UserId, person: PersonId) -> String {
        format!("u/{owner}/people/{person}/")
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a presigned request demands of the object that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise<'a> {
    /// Media type.
    pub content_type: &'a str,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256, if it is known beforehand.
    pub sha256: Option<[u8; 32]>,
}

/// A request that somebody without credentials may make once. Hides its address, which contains a signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Presigned {
    /// Where to.
    pub url: String,
    /// Headers that must be sent; `Content-Length`, which every HTTP client sets by itself, is left out.
    pub headers: BTreeMap<String, String>,
}

impl std::fmt::Debug for Presigned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presigned").finish_non_exhaustive()
    }
}

/// An object with what its sender said about it. Hides its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Object {
    /// Media type it was stored with.
    pub content_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Object")
            .field("size_bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Why an object was not returned.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// There is none.
    #[error("there is no such object")]
    Missing,
    /// It has more bytes than the caller wants to read; none were read.
    #[error("the object has {size_bytes} bytes")]
    TooLarge {
        /// Its size.
        size_bytes: u64,
    },
    /// The bucket failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Bucket {
    /// Returns the adapter for the bucket of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, name: String) -> Self {
        Self {
            client: Client::new(aws),
            name,
        }
    }

    /// Name of the bucket.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Signs a request that puts exactly what `promise` says under `key`, once, until `now + valid_for`.
    ///
    /// Size, type and hash are signed headers, so S3 refuses anything else; `If-None-Match: *` makes it refuse a
    /// second object. Nothing is sent: the signer's right to `s3:PutObject` decides when the request is made.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there are no credentials to sign with.
    pub async fn presign_put(
        &self,
        key: &ObjectKey,
        promise: Promise<'_>,
        now: Timestamp,
        valid_for: Duration,
    ) -> Result<Presigned, Fault> {
        const OPERATION: &str = "PresignUpload";
        let size = i64::try_from(promise.size_bytes).map_err(|it| malformed(OPERATION, it))?;
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(&key.0)
            .content_type(promise.content_type)
            .content_length(size)
            .set_checksum_sha256(promise.sha256.map(|it| STANDARD.encode(it)))
            .if_none_match("*")
            .presigned(presigning(OPERATION, now, valid_for)?)
            .await
            .map_err(|it| sdk_fault(OPERATION, it))?;
        Ok(Presigned::from(&request))
    }

    /// Signs a request that reads `key` until `now + valid_for`. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there are no credentials to sign with.
    pub async fn presign_get(
        &self,
        key: &ObjectKey,
        now: Timestamp,
        valid_for: Duration,
    ) -> Result<Presigned, Fault> {
        const OPERATION: &str = "PresignImage";
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(&key.0)
            // Whoever the address gets to may look, but no shared cache may keep.
            .response_cache_control("private, max-age=300")
            .presigned(presigning(OPERATION, now, valid_for)?)
            .await
            .map_err(|it| sdk_fault(OPERATION, it))?;
        Ok(Presigned::from(&request))
    }

    /// Returns an object of at most `limit_bytes`. Maps to `s3:GetObject`.
    ///
    /// Missing is told apart from forbidden only with `s3:ListBucket`.
    ///
    /// # Errors
    ///
    /// [`GetError::Missing`], [`GetError::TooLarge`].
    pub async fn get(&self, key: &ObjectKey, limit_bytes: u64) -> Result<Object, GetError> {
        const OPERATION: &str = "GetObject";
        let answer = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(&key.0)
            .send()
            .await
            .map_err(|error: SdkError<GetObjectError>| match error.as_service_error() {
                Some(GetObjectError::NoSuchKey(_)) => GetError::Missing,
                _ => GetError::Fault(sdk_fault(OPERATION, error)),
            })?;
        let size_bytes = u64::try_from(answer.content_length.unwrap_or_default()).unwrap_or_default();
        if limit_bytes < size_bytes {
            return Err(GetError::TooLarge { size_bytes });
        }
        let content_type = answer.content_type.unwrap_or_default();
        let bytes = answer
            .body
            .collect()
            .await
            .map_err(|it| Fault::later(OPERATION, it))?
            .to_vec();
        Ok(Object { content_type, bytes })
    }

    /// Stores an object, replacing what was there. Maps to `s3:PutObject`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    pub async fn put(
        &self,
        key: &ObjectKey,
        content_type: &'static str,
        bytes: Vec<u8>,
    ) -> Result<(), Fault> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(&key.0)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(|it| sdk_fault("PutObject", it))?;
        Ok(())
    }

    /// Removes an object; also succeeds where there is none. Maps to `s3:DeleteObject`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), Fault> {
        self.client
            .delete_object()
            .bucket(&self.name)
            .key(&key.0)
            .send()
            .await
            .map_err(|it| sdk_fault("DeleteObject", it))?;
        Ok(())
    }

    /// Returns what all pictures of a person are called. Maps to `s3:ListBucket`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    pub async fn person_pictures(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        folders::list(&self.client, &self.name, &ObjectKey::person_folder(owner, person)).await
    }

    /// Removes all pictures of a person and returns their number. Idempotent. Maps to `s3:ListBucket` and
    /// `s3:DeleteObject`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed; some may be gone.
    pub async fn delete_person_pictures(&self, owner: UserId, person: PersonId) -> Result<usize, Fault> {
        folders::erase(&self.client, &self.name, &ObjectKey::person_folder(owner, person)).await
    }
}

fn presigning(
    operation: &'static str,
    now: Timestamp,
    valid_for: Duration,
) -> Result<PresigningConfig, Fault> {
    PresigningConfig::builder()
        .start_time(SystemTime::from(now))
        .expires_in(valid_for)
        .build()
        .map_err(|it| malformed(operation, it))
}

impl From<&PresignedRequest> for Presigned {
    fn from(request: &PresignedRequest) -> Self {
        let headers = request
            .headers()
            .filter(|(name, _)| {
                !name.eq_ignore_ascii_case("content-length") && !name.eq_ignore_ascii_case("host")
            })
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self {
            url: request.uri().to_owned(),
            headers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};

    fn bucket(endpoint: Option<&str>) -> Bucket {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let mut aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        aws.set_endpoint_url(endpoint.map(str::to_owned));
        Bucket::new(&aws.build(), "uploads".to_owned())
    }

    fn key() -> ObjectKey {
        ObjectKey::upload(
            UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            UploadId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
        )
    }

    const PROMISE: Promise<'static> = Promise {
        content_type: "image/png",
        size_bytes: 1234,
        sha256: Some([0; 32]),
    };

    fn now() -> Timestamp {
        "2026-11-20T11:00:00Z".parse().unwrap()
    }

    async fn presigned(endpoint: Option<&str>, promise: Promise<'_>) -> Presigned {
        bucket(endpoint)
            .presign_put(&key(), promise, now(), Duration::from_mins(5))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_presigned_put_signs_size_type_hash_and_that_nothing_is_there() {
        let request = presigned(None, PROMISE).await;
        assert!(
            request.url.contains(
                "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match%3Bx-amz-checksum-sha256"
            ),
            "{}",
            request.url
        );
        assert!(request.url.contains("X-Amz-Expires=300"), "{}", request.url);
        assert!(
            request.url.contains("X-Amz-Date=20261120T110000Z"),
            "{}",
            request.url
        );
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, it)| (name.as_str(), it.as_str()))
            .collect();
        assert_eq!(
            headers,
            [
                ("content-type", "image/png"),
                ("if-none-match", "*"),
                (
                    "x-amz-checksum-sha256",
                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                ),
            ]
        );
    }

    #[tokio::test]
    async fn no_hash_promised_is_no_hash_signed() {
        let request = presigned(
            None,
            Promise {
                sha256: None,
                ..PROMISE
            },
        )
        .await;
        assert!(!request.headers.contains_key("x-amz-checksum-sha256"));
        assert!(!request.url.contains("checksum"), "{}", request.url);
    }

    #[tokio::test]
    async fn the_address_is_the_buckets_own_host_on_aws_and_a_path_on_an_ip() {
        assert!(presigned(None, PROMISE).await.url.starts_with(
            "https://uploads.s3.eu-west-1.amazonaws.com/u/01890a5d-ac96-774b-bcce-b302099a8057/01890a5e-"
        ));
        let local = presigned(Some("http://127.0.0.1:4566"), PROMISE).await;
        assert!(
            local.url.starts_with("http://127.0.0.1:4566/uploads/u/"),
            "{}",
            local.url
        );
    }

    #[tokio::test]
    async fn a_presigned_get_needs_no_headers() {
        let request = bucket(None)
            .presign_get(&key(), now(), Duration::from_mins(1))
            .await
            .unwrap();
        assert!(request.headers.is_empty(), "{:?}", request.headers);
        assert!(request.url.contains("X-Amz-Expires=60"));
    }

    #[test]
    fn keys_belong_to_their_user() {
        let user = UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let analysis = AnalysisId::parse("01890a5f-0000-7000-8000-000000000002").unwrap();
        assert_eq!(
            ObjectKey::image(user, analysis, "thumbnail").as_str(),
            "u/01890a5d-ac96-774b-bcce-b302099a8057/01890a5f-0000-7000-8000-000000000002/thumbnail.jpg"
        );
        assert_eq!(
            ObjectKey::result(user, analysis).as_str(),
            "01890a5d-ac96-774b-bcce-b302099a8057/01890a5f-0000-7000-8000-000000000002.json"
        );
        let person = PersonId::parse("01890a5e-0000-7000-8000-00000000000a").unwrap();
        let face = FaceId::parse("01890a5f-0000-7000-8000-000000000003").unwrap();
        assert_eq!(
            ObjectKey::person_face(user, person, face).as_str(),
            "u/01890a5d-ac96-774b-bcce-b302099a8057/people/01890a5e-0000-7000-8000-00000000000a/\
             01890a5f-0000-7000-8000-000000000003.jpg"
        );
    }

    #[test]
    fn the_folder_of_a_person_holds_their_pictures_and_nobody_elses() {
        let owner = UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let person = PersonId::parse("01890a5e-0000-7000-8000-00000000000a").unwrap();
        let other = PersonId::parse("01890a5e-0000-7000-8000-0000000000aa").unwrap();
        let face = FaceId::parse("01890a5f-0000-7000-8000-000000000003").unwrap();
        let folder = ObjectKey::person_folder(owner, person);
        let key = |person| ObjectKey::person_face(owner, person, face);
        assert!(key(person).as_str().starts_with(&folder));
        assert!(!key(other).as_str().starts_with(&folder));
    }

    #[test]
    fn addresses_and_bytes_do_not_show_in_debug_output() {
        let presigned = Presigned {
            url: "https://x/?X-Amz-Signature=1".to_owned(),
            headers: BTreeMap::new(),
        };
        assert_eq!(format!("{presigned:?}"), "Presigned { .. }");
        let object = Object {
            content_type: "image/png".to_owned(),
            bytes: vec![1],
        };
        assert_eq!(format!("{object:?}"), "Object { size_bytes: 1, .. }");
    }
}
