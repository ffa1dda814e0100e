//! The capabilities on AWS, and how the function is put together.

mod faces;
mod tables;

use std::sync::Arc;

use aws::{
    challenges::ChallengesTable, collections::FaceCollections, comparison::FaceComparer, faces::FaceDetector,
    parameters::Parameters, people::PeopleTable, photos::Bucket, uploads::UploadsTable,
};
use callers::Callers;
use lambda_kit::{Function, InitError, Kit};

use crate::{
    config::Config,
    http::{self, Context},
    keys::Keys,
    operator,
};

/// Tables, buckets, Rekognition and parameters.
#[derive(Debug)]
pub struct Aws {
    people: PeopleTable,
    uploads: UploadsTable,
    challenges: ChallengesTable,
    photos: Bucket,
    images: Bucket,
    frames: Bucket,
    detector: FaceDetector,
    comparer: FaceComparer,
    collections: FaceCollections,
    parameters: Parameters,
    token_key_parameter: String,
}

/// Puts the function together.
///
/// # Errors
///
/// [`InitError`] if a variable of the environment is missing or malformed.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let parameters = Parameters::new(&kit.aws);
    let deps = Aws {
        people: PeopleTable::new(&kit.aws, config.people_table),
        uploads: UploadsTable::new(&kit.aws, config.uploads_table),
        challenges: ChallengesTable::new(&kit.aws, config.liveness_table),
        photos: Bucket::new(&kit.aws, config.uploads_bucket),
        images: Bucket::new(&kit.aws, config.images_bucket),
        frames: Bucket::new(&kit.aws, config.frames_bucket),
        detector: FaceDetector::new(&kit.aws),
        comparer: FaceComparer::new(&kit.aws),
        collections: FaceCollections::new(&kit.aws, config.collection_prefix),
        parameters: parameters.clone(),
        token_key_parameter: config.token_key_parameter,
    };
    let callers = Callers::new(kit, parameters, &config.callers);
    let context = Arc::new(Context {
        deps,
        keys: Keys::default(),
        threshold_percent: config.verify_threshold_percent,
        limits: callers.limits,
        trail: callers.trail,
        clock: kit.clock.clone(),
        ids: kit.ids.clone(),
    });
    let router = http::router(callers.tokens, callers.api_keys, context.clone());
    Ok(operator::function(router, context))
}
