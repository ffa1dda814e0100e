//! The parameters themselves.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_wire::Clock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::durable;

/// Type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Text.
    String,
    /// Texts separated by commas.
    StringList,
    /// Text that `GetParameter` only gives in clear when asked to.
    SecureString,
}

/// One parameter at its current version.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    /// Type.
    pub kind: Kind,
    /// Value, in clear.
    pub value: String,
    /// 1 at creation, one more with every overwrite.
    pub version: u64,
    /// Last change.
    pub modified_at: Timestamp,
}

impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parameter")
            .field("kind", &self.kind)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Why a parameter was not put.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// It exists, and overwriting was not asked for.
    #[error("the parameter already exists")]
    AlreadyExists,
    /// The file could not be written; nothing changed.
    #[error("the parameters could not be written")]
    Store(#[from] io::Error),
}

/// All parameters, and the file they are in.
pub struct ParameterStore {
    path: PathBuf,
    region: String,
    account: String,
    clock: Arc<dyn Clock>,
    parameters: Mutex<BTreeMap<String, Parameter>>,
}

impl std::fmt::Debug for ParameterStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParameterStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl ParameterStore {
    /// Opens the file at `path`; a missing one holds no parameters.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not one of ours.
    pub fn open(path: &Path, region: &str, account: &str, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let parameters = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                path.parent().map_or(Ok(()), durable::make_folder)?;
                BTreeMap::new()
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            path: path.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            clock,
            parameters: Mutex::new(parameters),
        })
    }

    /// ARN of the parameter called `name`. A leading slash is not doubled.
    #[must_use]
    pub fn arn(&self, name: &str) -> String {
        let name = name.strip_prefix('/').unwrap_or(name);
        format!("arn:aws:ssm:{}:{}:parameter/{name}", self.region, self.account)
    }

    /// The parameter called `name`.
    pub async fn get(&self, name: &str) -> Option<Parameter> {
        self.parameters.lock().await.get(name).cloned()
    }

    /// Creates the parameter, or overwrites it if that is allowed; returns its version, on the disk by then.
    ///
    /// # Errors
    ///
    /// [`PutError::AlreadyExists`] without `overwrite`; nothing changed.
    pub async fn put(&self, name: &str, kind: Kind, value: &str, overwrite: bool) -> Result<u64, PutError> {
        // One writer at a time, so that of two creations one finds the other's.
        let mut parameters = self.parameters.lock().await;
        let version = match parameters.get(name) {
            Some(_) if !overwrite => return Err(PutError::AlreadyExists),
            Some(existing) => existing.version + 1,
            None => 1,
        };
        let mut changed = parameters.clone();
        let parameter = Parameter {
            kind,
            value: value.to_owned(),
            version,
            modified_at: self.clock.now(),
        };
        changed.insert(name.to_owned(), parameter);
        self.write(&changed).await?;
        *parameters = changed;
        Ok(version)
    }

    /// Deletes the parameter; `false` if there was none.
    ///
    /// # Errors
    ///
    /// If the file could not be written; nothing changed.
    pub async fn delete(&self, name: &str) -> io::Result<bool> {
        let mut parameters = self.parameters.lock().await;
        let mut changed = parameters.clone();
        if changed.remove(name).is_none() {
            return Ok(false);
        }
        self.write(&changed).await?;
        *parameters = changed;
        Ok(true)
    }

    async fn write(&self, parameters: &BTreeMap<String, Parameter>) -> io::Result<()> {
        let (path, bytes) = (self.path.clone(), serde_json::to_vec_pretty(parameters)?);
        tokio::task::spawn_blocking(move || durable::write(&path, &bytes))
            .await
            .map_err(io::Error::other)?
    }
}
