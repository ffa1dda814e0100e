//! The operations, as s3s calls them.

use jiff::Timestamp;
use s3s::{
    S3, S3Error, S3Request, S3Response, S3Result,
    auth::Credentials,
    dto::{
        Bucket, BucketLocationConstraint, CopyObjectInput, CopyObjectOutput, CreateBucketInput,
        CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput, DeleteObjectInput, DeleteObjectOutput,
        DeleteObjectsInput, DeleteObjectsOutput, GetBucketLocationInput, GetBucketLocationOutput,
        GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput,
        HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output,
        Owner, PutObjectInput, PutObjectOutput,
    },
    s3_error,
};

use super::{
    access::{Allowed, Asked, denied},
    copy, delete,
    error::StoreError,
    get, list, put,
    put::wire_time,
    store::Store,
};

/// A region that S3 answers without a name, because it had none at first.
const FIRST_REGION: &str = "us-east-1";

#[derive(Clone)]
pub(super) struct Backend {
    pub(super) store: Store,
    pub(super) allowed: Allowed,
}

impl Backend {
    pub(super) fn may(
        &self,
        signer: Option<&Credentials>,
        action: &str,
        bucket: &str,
        key: Option<&str>,
    ) -> bool {
        signer.is_some_and(|it| {
            (self.allowed)(Asked {
                access_key: &it.access_key,
                action,
                bucket,
                key,
                prefix: None,
            })
        })
    }

    /// Who may not list a bucket does not learn that a key is not in it.
    pub(super) fn missing(&self, error: StoreError, signer: Option<&Credentials>, bucket: &str) -> S3Error {
        match error {
            StoreError::NoSuchKey if !self.may(signer, "s3:ListBucket", bucket, None) => denied(),
            other => other.into(),
        }
    }

    /// `x-amz-expected-bucket-owner` guards against writing into somebody else's bucket.
    pub(super) fn check_owner(&self, expected: Option<&str>) -> S3Result<()> {
        match expected {
            Some(account) if account != self.store.shelf.options.account => Err(denied()),
            _ => Ok(()),
        }
    }

    pub(super) fn owner(&self) -> Owner {
        Owner {
            display_name: None,
            id: Some(self.store.shelf.options.account.clone()),
        }
    }

    fn region(&self) -> String {
        self.store.shelf.options.region.clone()
    }

    async fn must_exist(&self, bucket: &str) -> S3Result<()> {
        let bucket = bucket.to_owned();
        self.store
            .blocking(move |shelf| shelf.must_exist(&bucket))
            .await
            .map_err(S3Error::from)
    }
}

#[async_trait::async_trait]
impl S3 for Backend {
    async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let found: Result<Vec<(String, Timestamp)>, StoreError> =
            self.store.blocking(|shelf| Ok(shelf.reader().buckets()?)).await;
        let prefix = request.input.prefix.unwrap_or_default();
        let buckets = found?
            .into_iter()
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(name, created)| Bucket {
                name: Some(name),
                creation_date: Some(wire_time(created)),
                bucket_region: Some(self.region()),
            })
            .collect();
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets),
            owner: Some(self.owner()),
            prefix: (!prefix.is_empty()).then_some(prefix),
            ..ListBucketsOutput::default()
        }))
    }

    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let input = request.input;
        if input.object_lock_enabled_for_bucket.unwrap_or_default() {
            return Err(s3_error!(
                NotImplemented,
                "Object lock is not supported by this endpoint"
            ));
        }
        let wanted = input
            .create_bucket_configuration
            .and_then(|it| it.location_constraint);
        if wanted.is_some_and(|it| it.as_str() != self.region()) {
            return Err(s3_error!(
                IllegalLocationConstraintException,
                "The specified location constraint is incompatible for the region specific endpoint this request was sent to."
            ));
        }
        let bucket = input.bucket.clone();
        self.store
            .blocking(move |shelf| shelf.create_bucket(&bucket))
            .await
            .map_err(S3Error::from)?;
        Ok(S3Response::new(CreateBucketOutput {
            location: Some(format!("/{}", input.bucket)),
        }))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.check_owner(request.input.expected_bucket_owner.as_deref())?;
        self.must_exist(&request.input.bucket).await?;
        Ok(S3Response::new(HeadBucketOutput {
            bucket_region: Some(self.region()),
            ..HeadBucketOutput::default()
        }))
    }

    async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.check_owner(request.input.expected_bucket_owner.as_deref())?;
        let bucket = request.input.bucket;
        self.store
            .blocking(move |shelf| shelf.delete_bucket(&bucket))
            .await
            .map_err(S3Error::from)?;
        Ok(S3Response::with_status(
            DeleteBucketOutput::default(),
            http::StatusCode::NO_CONTENT,
        ))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.check_owner(request.input.expected_bucket_owner.as_deref())?;
        self.must_exist(&request.input.bucket).await?;
        let region = self.region();
        let location_constraint = (region != FIRST_REGION).then(|| BucketLocationConstraint::from(region));
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint }))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        put::put_object(self, request).await
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        get::get_object(self, request).await
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        get::head_object(self, request).await
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        delete::delete_object(self, request).await
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        delete::delete_objects(self, request).await
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        copy::copy_object(self, request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        list::list_objects_v2(self, request).await
    }
}
