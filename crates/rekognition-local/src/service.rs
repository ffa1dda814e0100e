//! The service: dispatch, and inference that never holds up anything else.

use std::{fmt, num::NonZeroUsize, sync::Arc, thread};

use aws_wire::{AwsError, Caller};
use face_engine::{EmbeddingModel, Engine, EngineError, Face, Wanted};
use gallery::Store;
use picture::Picture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::{AcquireError, Semaphore};

use crate::{
    Objects, associations, collections, compare_faces, detect_faces, error, faces, index_faces,
    operations::{self, Support},
    search_faces, search_users, tags, users,
};

/// What finds faces and tells them apart. [`Engine`] does; tests bring faces of their own.
pub trait Faces: Send + Sync {
    /// All faces in `photo`, largest first, with what is `wanted` of each.
    ///
    /// # Errors
    ///
    /// As [`Engine::detect`].
    fn detect(&self, photo: &Picture, wanted: Wanted) -> Result<Vec<Face>, EngineError>;

    /// Embeddings of `faces`, which were found in `photo`, in the same order.
    ///
    /// # Errors
    ///
    /// As [`Engine::embed`].
    fn embed(&self, photo: &Picture, faces: &[Face]) -> Result<Vec<Vec<f32>>, EngineError>;

    /// The model that makes the embeddings.
    fn embedding_model(&self) -> &EmbeddingModel;
}

impl Faces for Engine {
    fn detect(&self, photo: &Picture, wanted: Wanted) -> Result<Vec<Face>, EngineError> {
        Self::detect(self, photo, wanted)
    }

    fn embed(&self, photo: &Picture, faces: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        Self::embed(self, photo, faces)
    }

    fn embedding_model(&self) -> &EmbeddingModel {
        Self::embedding_model(self)
    }
}

/// How much happens at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Pictures that are decoded and looked at at the same time. Each can take some 300 MB while it is decoded.
    pub workers: NonZeroUsize,
    /// Calls that may be under way or waiting; what exceeds them is told to slow down.
    pub calls: NonZeroUsize,
}

/// Calls for each worker (chosen, not measured: some seconds of work in the queue).
const CALLS_PER_WORKER: NonZeroUsize = NonZeroUsize::new(32).expect("not zero");

impl Limits {
    /// So many workers, and a queue to match.
    #[must_use]
    pub const fn with_workers(workers: NonZeroUsize) -> Self {
        Self {
            workers,
            calls: workers.saturating_mul(CALLS_PER_WORKER),
        }
    }
}

impl Default for Limits {
    /// One worker per processor.
    fn default() -> Self {
        Self::with_workers(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }
}

/// Amazon Rekognition, as far as [`operations`] says.
#[derive(Clone)]
pub struct Rekognition {
    faces: Arc<dyn Faces>,
    objects: Arc<dyn Objects>,
    store: Arc<Store>,
    workers: Arc<Semaphore>,
    calls: Arc<Semaphore>,
}

impl fmt::Debug for Rekognition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rekognition").finish_non_exhaustive()
    }
}

impl Rekognition {
    /// The service over an engine and its collections, with the default [`Limits`].
    #[must_use]
    pub fn new(engine: Arc<Engine>, objects: Arc<dyn Objects>, store: Store) -> Self {
        Self::with(engine, objects, store, Limits::default())
    }

    /// The service over anything that finds faces.
    #[must_use]
    pub fn with(faces: Arc<dyn Faces>, objects: Arc<dyn Objects>, store: Store, limits: Limits) -> Self {
        Self {
            faces,
            objects,
            store: Arc::new(store),
            workers: Arc::new(Semaphore::new(limits.workers.get().min(Semaphore::MAX_PERMITS))),
            calls: Arc::new(Semaphore::new(limits.calls.get().min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Answers `operation` with the JSON input in `body`, on behalf of `caller`.
    ///
    /// Must run inside a tokio runtime: inference goes to its blocking threads, no more than [`Limits::workers`] at a time.
    ///
    /// # Errors
    ///
    /// Those of the operation, as `docs/rekognition-support.md` lists them; `UnknownOperationException` if there is no such
    /// operation; status 501 if there is, but not here.
    #[tracing::instrument(skip_all, fields(operation))]
    pub async fn call(&self, caller: &Caller, operation: &str, body: &[u8]) -> Result<Value, AwsError> {
        let Some(known) = operations::find(operation) else {
            return Err(AwsError::unknown_operation(operation));
        };
        tracing::Span::current().record("operation", known.name);
        if known.support == Support::No {
            return Err(AwsError::not_implemented("Rekognition", known.name));
        }
        let _place = self
            .calls
            .try_acquire()
            .map_err(|_| error::with_logref(error::throttled()))?;
        match known.name {
            "AssociateFaces" => associations::associate(self, body).await,
            "CompareFaces" => compare_faces::call(self, caller, body).await,
            "CreateCollection" => collections::create(self, caller, body).await,
            "CreateUser" => users::create(self, body).await,
            "DeleteCollection" => collections::delete(self, body).await,
            "DeleteFaces" => faces::delete(self, body).await,
            "DeleteUser" => users::delete(self, body).await,
            "DescribeCollection" => collections::describe(self, caller, body).await,
            "DetectFaces" => detect_faces::call(self, caller, body).await,
            "DisassociateFaces" => associations::disassociate(self, body).await,
            "IndexFaces" => index_faces::call(self, caller, body).await,
            "ListCollections" => collections::list(self, body).await,
            "ListFaces" => faces::list(self, body).await,
            "ListTagsForResource" => tags::list(self, body).await,
            "ListUsers" => users::list(self, body).await,
            "SearchFaces" => search_faces::by_face(self, body).await,
            "SearchFacesByImage" => search_faces::by_image(self, caller, body).await,
            "SearchUsers" => search_users::stored(self, body).await,
            "SearchUsersByImage" => search_users::by_image(self, caller, body).await,
            "TagResource" => tags::tag(self, body).await,
            "UntagResource" => tags::untag(self, body).await,
            _ => Err(AwsError::not_implemented("Rekognition", known.name)),
        }
        .map_err(error::with_logref)
    }

    pub(crate) fn store(&self) -> Arc<Store> {
        Arc::clone(&self.store)
    }

    pub(crate) fn objects(&self) -> &dyn Objects {
        &*self.objects
    }

    /// Runs `job`, which waits for the disk or searches, on a blocking thread.
    pub(crate) async fn keep<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Store, &dyn Faces) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        let (store, faces) = (self.store(), Arc::clone(&self.faces));
        let span = tracing::Span::current();
        let finished = tokio::task::spawn_blocking(move || span.in_scope(|| job(&store, &*faces)));
        finished.await.unwrap_or_else(|_panicked| {
            tracing::error!("an operation of the store panicked");
            Err(AwsError::internal())
        })
    }

    /// Runs `job` on a blocking thread as soon as a worker is free.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Faces) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        let permit = Arc::clone(&self.workers)
            .acquire_owned()
            .await
            .map_err(|_: AcquireError| AwsError::internal())?;
        let faces = Arc::clone(&self.faces);
        let span = tracing::Span::current();
        let finished = tokio::task::spawn_blocking(move || {
            // The job goes on when its caller has left; so does its claim on the worker.
            let _permit = permit;
            span.in_scope(|| job(&*faces))
        });
        finished.await.unwrap_or_else(|_panicked| {
            tracing::error!("inference panicked");
            Err(AwsError::internal())
        })
    }
}

/// An operation's output as JSON.
pub(crate) fn output(shape: &impl Serialize) -> Result<Value, AwsError> {
    serde_json::to_value(shape).map_err(|_| AwsError::internal())
}

/// Reads an operation's input; members that the model does not have are ignored, as AWS does.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = if error.is_data() {
            // The message of a data error may quote a value; where it stands is enough to find it.
            format!(
                "Unexpected type at line {}, column {}",
                error.line(),
                error.column()
            )
        } else {
            format!(
                "Request body is not valid JSON at line {}, column {}",
                error.line(),
                error.column()
            )
        };
        AwsError::serialization(message)
    })
}
