//! The capabilities on AWS, and how the function is put together.

use std::sync::Arc;

use aws::challenges::{ChallengeRow, ChallengesTable, FrameRow, Part, PutChallengeError};
use aws::comparison::FaceComparer;
use aws::faces::{DetectFacesFailure, DetectedFace, FaceDetector};
use aws::parameters::{CreateParameterError, Parameters, Protection};
use aws::people::PeopleTable;
use aws::photos::{Bucket, ObjectKey};
use callers::Callers;
use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};
use lambda_kit::{Function, InitError, Kit};

use crate::capabilities::{
    CompareFaces, CompareWithPerson, DetectFaces, KeepChallenges, KeepFrames, Random, ReadPeople,
    TokenKeyStore,
};
use crate::config::Config;
use crate::http::{self, Context};
use crate::keys::Keys;
use crate::still::Jpeg;

/// Tables, buckets, Rekognition and parameters.
#[derive(Debug)]
pub struct Aws {
    challenges: ChallengesTable,
    frames: Bucket,
    faces: FaceDetector,
    comparer: FaceComparer,
    people: PeopleTable,
    images_bucket: String,
    parameters: Parameters,
    token_key_parameter: String,
}

/// Puts the function together.
///
/// # Errors
///
/// [`InitError`] if a variable of the environment is missing.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let parameters = Parameters::new(&kit.aws);
    let deps = Aws {
        challenges: ChallengesTable::new(&kit.aws, config.liveness_table),
        frames: Bucket::new(&kit.aws, config.frames_bucket),
        faces: FaceDetector::new(&kit.aws),
        comparer: FaceComparer::new(&kit.aws),
        people: PeopleTable::new(&kit.aws, config.people_table),
        images_bucket: config.images_bucket,
        parameters: parameters.clone(),
        token_key_parameter: config.token_key_parameter,
    };
    let callers = Callers::new(kit, parameters, &config.callers);
    let context = Context {
        deps,
        keys: Keys::default(),
        limits: callers.limits,
        verify_threshold_percent: config.verify_threshold_percent,
        clock: kit.clock.clone(),
        ids: kit.ids.clone(),
    };
    let router = http::router(callers.tokens, callers.api_keys, Arc::new(context));
    Ok(Function::http(router.trail(callers.trail)))
}

impl KeepChallenges for Aws {
    async fn get_challenge(&self, id: ChallengeId) -> Result<Option<ChallengeRow>, Fault> {
        self.challenges.get(id).await
    }

    async fn put_challenge(
        &self,
        row: &ChallengeRow,
        part: Option<Part<'_>>,
    ) -> Result<(), PutChallengeError> {
        self.challenges.put(row, part).await
    }

    async fn get_frame(&self, id: ChallengeId, index: u32) -> Result<Option<FrameRow>, Fault> {
        self.challenges.get_frame(id, index).await
    }
}

impl KeepFrames for Aws {
    async fn put_frame(&self, id: ChallengeId, index: u32, frame: Jpeg) -> Result<(), Fault> {
        self.frames
            .put(&ObjectKey::frame(id, index), "image/jpeg", frame.0)
            .await
    }
}

impl DetectFaces for Aws {
    async fn detect_faces(&self, frame: Jpeg) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        self.faces.detect_in_bytes(frame.0).await
    }
}

impl CompareFaces for Aws {
    async fn compare_faces(
        &self,
        id: ChallengeId,
        (source, target): (u32, u32),
        at_least_percent: f32,
    ) -> Result<Option<f32>, Fault> {
        let (source, target) = (ObjectKey::frame(id, source), ObjectKey::frame(id, target));
        self.comparer
            .compare(
                (self.frames.name(), &source),
                (self.frames.name(), &target),
                at_least_percent,
            )
            .await
    }
}

impl ReadPeople for Aws {
    async fn enrolled(&self, owner: UserId, person: PersonId) -> Result<Option<Vec<FaceId>>, Fault> {
        self.people.enrolled(owner, person).await
    }
}

impl CompareWithPerson for Aws {
    async fn compare_with_person(
        &self,
        (id, frame): (ChallengeId, u32),
        (owner, person, face): (UserId, PersonId, FaceId),
    ) -> Result<Option<f32>, Fault> {
        let frame = ObjectKey::frame(id, frame);
        let picture = ObjectKey::person_face(owner, person, face);
        let (source, target) = (
            (self.frames.name(), &frame),
            (self.images_bucket.as_str(), &picture),
        );
        // The best of several pictures counts, so each has a number.
        self.comparer.compare(source, target, 0.0).await
    }
}

impl TokenKeyStore for Aws {
    async fn read_token_keys(&self) -> Result<Option<String>, Fault> {
        self.parameters.get(&self.token_key_parameter).await
    }

    async fn create_token_keys(&self, text: &str) -> Result<(), CreateParameterError> {
        self.parameters
            .create(&self.token_key_parameter, text, Protection::Encrypted)
            .await
    }
}

impl Random for Aws {
    fn random(&self) -> Result<[u8; 32], Fault> {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes)
            .map_err(|_| Fault::later("Random", "the system has no randomness"))?;
        Ok(bytes)
    }
}
