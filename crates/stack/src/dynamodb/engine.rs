//! The engine, its threads, and what happens when it panics.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::RecvTimeoutError},
    thread::JoinHandle,
    time::Duration,
};

use aws_wire::{AwsError, Clock};
use dynoxide::Database;
use tokio::sync::{mpsc, oneshot};

use super::{
    arn::Place,
    error::DynamoError,
    upkeep::{self, Side},
};

/// Requests waiting for the engine's thread. More than that wait in their own tasks.
const QUEUE: usize = 256;

pub(super) struct Engine {
    path: PathBuf,
    pub(super) place: Place,
    pub(super) clock: Arc<dyn Clock>,
    database: Mutex<Database>,
    side: Mutex<Side>,
}

type Job = Box<dyn FnOnce(&Engine) + Send>;

/// The threads. Dropping it ends them, after what they are doing.
pub(super) struct Threads {
    jobs: Option<mpsc::Sender<Job>>,
    stop: Option<std::sync::mpsc::Sender<()>>,
    handles: Vec<JoinHandle<()>>,
}

impl Engine {
    pub(super) fn open(path: &Path, place: Place, clock: Arc<dyn Clock>) -> Result<Self, DynamoError> {
        let failed = |reason: String| DynamoError::Store {
            path: path.display().to_string(),
            reason,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|it| failed(it.to_string()))?;
        }
        let database = open_database(path).map_err(&failed)?;
        let side = Side::open(path).map_err(|it| failed(it.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            place,
            clock,
            database: Mutex::new(database),
            side: Mutex::new(side),
        })
    }

    pub(super) fn database(&self) -> Database {
        self.database
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn side(&self) -> MutexGuard<'_, Side> {
        self.side.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work`; a panic inside the engine becomes an internal error, and the database is opened again, because a panic
    /// leaves the engine's lock poisoned and its transaction open.
    fn guarded<T>(&self, work: impl FnOnce(&Database) -> Result<T, AwsError>) -> Result<T, AwsError> {
        let database = self.database();
        let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(&database))) else {
            tracing::error!("the DynamoDB engine panicked; opening the database again");
            match open_database(&self.path) {
                Ok(fresh) => *self.database.lock().unwrap_or_else(PoisonError::into_inner) = fresh,
                Err(error) => tracing::error!(error, "the database cannot be opened again"),
            }
            return Err(AwsError::internal());
        };
        result
    }
}

fn open_database(path: &Path) -> Result<Database, String> {
    let path = path.to_str().ok_or("its path is not UTF-8")?;
    // The engine's own default is WAL with synchronous=FULL: a commit is on the disk when it is acknowledged.
    Database::new(path).map_err(|it| it.to_string())
}

impl Threads {
    pub(super) fn start(engine: &Arc<Engine>, upkeep_every: Duration) -> std::io::Result<Self> {
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let requests = {
            let engine = Arc::clone(engine);
            std::thread::Builder::new()
                .name("dynamodb".into())
                .spawn(move || {
                    while let Some(job) = queue.blocking_recv() {
                        job(&engine);
                    }
                })?
        };
        let housekeeping = {
            let engine = Arc::clone(engine);
            std::thread::Builder::new()
                .name("dynamodb-upkeep".into())
                .spawn(move || {
                    while stopped.recv_timeout(upkeep_every) == Err(RecvTimeoutError::Timeout) {
                        let round = engine.guarded(|_| {
                            upkeep::round(&engine);
                            Ok(())
                        });
                        drop(round);
                    }
                })?
        };
        Ok(Self {
            jobs: Some(jobs),
            stop: Some(stop),
            handles: vec![requests, housekeeping],
        })
    }

    /// Runs `work` on the engine's thread.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine, &Database) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |engine| {
            // Whoever asked may have gone away; the work is done all the same, as on AWS.
            let _ = answer.send(engine.guarded(|database| work(engine, database)));
        });
        let jobs = self.jobs.as_ref().ok_or_else(AwsError::internal)?;
        jobs.send(job).await.map_err(|_| AwsError::internal())?;
        answered.await.map_err(|_| AwsError::internal())?
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.jobs = None;
        self.stop = None;
        for handle in self.handles.drain(..) {
            if handle.join().is_err() {
                tracing::error!("a DynamoDB thread panicked");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_wire::SystemClock;
    use serde_json::json;

    use super::*;
    use crate::dynamodb::dispatch;

    #[tokio::test]
    async fn a_panic_in_the_engine_is_one_failed_request() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let place = Place::new("eu-west-1", "000000000000");
        let engine =
            Engine::open(&folder.path().join("d.sqlite"), place, Arc::new(SystemClock)).expect("a store");
        let engine = Arc::new(engine);
        let threads = Threads::start(&engine, Duration::from_hours(1)).expect("threads");
        let call = |operation: &'static str, input: serde_json::Value| {
            threads.run(move |engine, database| {
                dispatch::run(database, &engine.place, operation, input.to_string().as_bytes())
            })
        };
        let table = json!({
            "TableName": "users",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        });
        call("CreateTable", table).await.expect("made");
        let lost = threads
            .run(|_, _| -> Result<(), AwsError> { panic!("a defect") })
            .await;
        assert_eq!(lost, Err(AwsError::internal()));
        let tables = call("ListTables", json!({})).await.expect("the store lives");
        assert_eq!(tables["TableNames"], json!(["users"]));
    }
}
