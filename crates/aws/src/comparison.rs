//! Rekognition's comparison of two pictures, of which the first may be in no bucket.

use aws_sdk_rekognition::Client;
use aws_sdk_rekognition::operation::compare_faces::CompareFacesError;
use aws_sdk_rekognition::primitives::Blob;
use aws_sdk_rekognition::types::{Image, S3Object};
use domain::Fault;

use crate::fault::sdk_fault;
use crate::photos::ObjectKey;

/// Adapter on Rekognition.
#[derive(Debug, Clone)]
pub struct FaceComparer {
    client: Client,
}

impl FaceComparer {
    /// Returns the adapter; `AWS_ENDPOINT_URL_REKOGNITION` may point it elsewhere.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig) -> Self {
        Self {
            client: Client::new(aws),
        }
    }

    /// Returns how similar the largest face of `source` and the most similar face of `target` are, in percent; `None`
    /// where none of `target` reaches `at_least_percent`, or one of the pictures has no face that can be compared. Both
    /// are the bucket's name and the object's key. With an `at_least_percent` of 0 there is a number wherever there are faces.
    ///
    /// Maps to `rekognition:CompareFaces`, and to `s3:GetObject` with the caller's own rights.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed, or may not read the objects.
    pub async fn compare(
        &self,
        source: (&str, &ObjectKey),
        target: (&str, &ObjectKey),
        at_least_percent: f32,
    ) -> Result<Option<f32>, Fault> {
        self.look(stored(source), stored(target), at_least_percent).await
    }

    /// As [`Self::compare`], of a source that is stored nowhere; it may have 5 MB (Amazon Rekognition, "Guidelines and quotas").
    ///
    /// # Errors
    ///
    /// As [`Self::compare`].
    pub async fn compare_bytes(
        &self,
        source: Vec<u8>,
        target: (&str, &ObjectKey),
        at_least_percent: f32,
    ) -> Result<Option<f32>, Fault> {
        let source = Image::builder().bytes(Blob::new(source)).build();
        self.look(source, stored(target), at_least_percent).await
    }

    async fn look(&self, source: Image, target: Image, at_least_percent: f32) -> Result<Option<f32>, Fault> {
        let answer = self
            .client
            .compare_faces()
            .source_image(source)
            .target_image(target)
            .similarity_threshold(at_least_percent)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let matches = answer.face_matches.unwrap_or_default();
                let similarities = matches.iter().filter_map(|it| it.similarity);
                Ok(similarities.max_by(f32::total_cmp))
            }
            // What Rekognition says of a source without a face (CompareFaces, Errors).
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CompareFacesError::is_invalid_parameter_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(sdk_fault("CompareFaces", error)),
        }
    }
}

fn stored((bucket, key): (&str, &ObjectKey)) -> Image {
    let object = S3Object::builder().bucket(bucket).name(key.as_str()).build();
    Image::builder().s3_object(object).build()
}
