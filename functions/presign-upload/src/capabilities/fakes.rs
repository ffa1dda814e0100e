//! The world in memory, for tests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use aws::photos::{Presigned, Promise};
use aws::uploads::{Remembered, UploadRow, UploadState};
use domain::{Fault, UploadId, UserId};
use jiff::Timestamp;
use uuid::Uuid;

use super::{CountPendingUploads, GetUpload, PresignUpload, PutUpload};

pub(crate) const ADA: UserId = UserId::from_uuid(Uuid::from_u128(1));
pub(crate) const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

pub(crate) fn upload_id(n: u64) -> UploadId {
    UploadId::from_uuid(Uuid::from_u128(u128::from(n)))
}

/// Table and signer.
#[derive(Default)]
pub(crate) struct World(Mutex<State>);

#[derive(Default)]
struct State {
    rows: BTreeMap<(UserId, UploadId), UploadRow>,
    keys: BTreeMap<(UserId, String), Remembered>,
    put_fails: bool,
}

impl World {
    pub(crate) fn row(&self, user: UserId, upload: UploadId) -> Option<UploadRow> {
        self.0.lock().unwrap().rows.get(&(user, upload)).cloned()
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.0.lock().unwrap().rows.len()
    }

    pub(crate) fn set_state(&self, user: UserId, upload: UploadId, state: UploadState) {
        self.0
            .lock()
            .unwrap()
            .rows
            .get_mut(&(user, upload))
            .unwrap()
            .state = state;
    }

    pub(crate) fn fail_next_put(&self) {
        self.0.lock().unwrap().put_fails = true;
    }
}

impl CountPendingUploads for World {
    async fn count_pending(&self, user: UserId, now: Timestamp, enough: usize) -> Result<usize, Fault> {
        let state = self.0.lock().unwrap();
        let waits = |it: &&UploadRow| {
            let open = matches!(it.state, UploadState::Pending | UploadState::Claimed { .. });
            it.user == user && now < it.expires_at && open
        };
        Ok(state.rows.values().filter(waits).count().min(enough))
    }
}

impl GetUpload for World {
    async fn get_upload(&self, user: UserId, upload: UploadId) -> Result<Option<UploadRow>, Fault> {
        Ok(self.row(user, upload))
    }
}

impl PutUpload for World {
    async fn put_upload(&self, row: &UploadRow) -> Result<(), Fault> {
        let mut state = self.0.lock().unwrap();
        if std::mem::take(&mut state.put_fails) {
            return Err(Fault::later("PutUpload", "throttled"));
        }
        state.rows.insert((row.user, row.upload), row.clone());
        Ok(())
    }

    async fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        _now: Timestamp,
        _forget_at: Timestamp,
    ) -> Result<Option<Remembered>, Fault> {
        let mut state = self.0.lock().unwrap();
        let key = (user, digest.to_owned());
        let first = state.keys.get(&key).cloned();
        if first.is_none() {
            state.keys.insert(key, request.clone());
        }
        Ok(first)
    }
}

impl PresignUpload for World {
    async fn presign(
        &self,
        user: UserId,
        upload: UploadId,
        promise: Promise<'_>,
        _now: Timestamp,
        valid_for: Duration,
    ) -> Result<Presigned, Fault> {
        let url = format!(
            "https://uploads.example.org/u/{user}/{upload}?expires={}",
            valid_for.as_secs()
        );
        let headers = BTreeMap::from([("content-type".to_owned(), promise.content_type.to_owned())]);
        Ok(Presigned { url, headers })
    }
}
