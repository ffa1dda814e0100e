//! Uploads.

use aws::{
    photos::{GetError, Object},
    uploads::{Claim, ClaimError, Remembered, UploadRow, UploadState},
};
use domain::{AnalysisId, Fault, UploadId, UserId};
use jiff::Timestamp;

use super::{State, World};
use crate::capabilities::{ClaimUpload, RememberRequest, TakeUploadedPhoto};

impl State {
    fn end_claim(&mut self, (user, upload): (UserId, UploadId), claim: Claim, next: UploadState) {
        if let Some((row, until, _)) = self.uploads.get_mut(&(user, upload))
            && *until == Some(claim.until)
        {
            row.state = next;
            *until = None;
        }
    }
}

impl ClaimUpload for World {
    async fn get_upload(&self, user: UserId, upload: UploadId) -> Result<Option<UploadRow>, Fault> {
        self.call("GetUpload", |it| {
            it.uploads.get(&(user, upload)).map(|it| it.0.clone())
        })
        .await
    }

    async fn claim(
        &self,
        user: UserId,
        upload: UploadId,
        proposed: AnalysisId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, ClaimError> {
        self.call("ClaimUpload", |it| {
            let found = it.uploads.get_mut(&(user, upload));
            let (row, claimed_until, chosen) = found.ok_or(ClaimError::NotFound)?;
            let is_free = match row.state {
                UploadState::Pending => true,
                UploadState::Claimed { .. } => claimed_until.is_some_and(|it| it <= now),
                UploadState::Used { .. } | UploadState::Refused => false,
            };
            if !is_free {
                return Err(ClaimError::Taken);
            }
            let analysis = *chosen.get_or_insert(proposed);
            row.state = UploadState::Claimed { analysis };
            *claimed_until = Some(until);
            Ok(Claim { analysis, until })
        })
        .await?
    }

    async fn release(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.call("ReleaseUpload", |it| {
            it.end_claim((user, upload), claim, UploadState::Pending);
        })
        .await
    }

    async fn refuse(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.call("RefuseUpload", |it| {
            it.end_claim((user, upload), claim, UploadState::Refused);
        })
        .await
    }

    async fn mark_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        self.call("MarkUploadUsed", |it| {
            if let Some((row, until, _)) = it.uploads.get_mut(&(user, upload)) {
                row.state = UploadState::Used { analysis };
                row.expires_at = keep_until;
                *until = None;
            }
        })
        .await
    }

    async fn mark_pending_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        self.call("MarkPendingUploadUsed", |it| {
            let found = it.uploads.get_mut(&(user, upload));
            if let Some((row, ..)) = found.filter(|it| it.0.state == UploadState::Pending) {
                row.state = UploadState::Used { analysis };
                row.expires_at = keep_until;
            }
        })
        .await
    }
}

impl RememberRequest for World {
    async fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        _now: Timestamp,
        _forget_at: Timestamp,
    ) -> Result<Option<Remembered>, Fault> {
        self.call("RememberRequest", |it| {
            let key = (user, digest.to_owned());
            let first = it.requests.get(&key).cloned();
            it.requests.entry(key).or_insert_with(|| request.clone());
            first
        })
        .await
    }
}

impl TakeUploadedPhoto for World {
    async fn get_photo(&self, user: UserId, upload: UploadId, limit_bytes: u64) -> Result<Object, GetError> {
        let found = self.call("GetPhoto", |it| it.photos.get(&(user, upload)).cloned());
        let object = found.await?.ok_or(GetError::Missing)?;
        let size_bytes = object.bytes.len() as u64;
        if limit_bytes < size_bytes {
            return Err(GetError::TooLarge { size_bytes });
        }
        Ok(object)
    }

    async fn remove_photo(&self, user: UserId, upload: UploadId) -> Result<(), Fault> {
        self.call("RemovePhoto", |it| it.photos.remove(&(user, upload)))
            .await
            .map(drop)
    }
}
