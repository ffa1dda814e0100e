//! What happens when somebody wants to upload a photo.

use std::time::Duration;

use aws::photos::{Presigned, Promise};
use aws::uploads::{Remembered, UploadRow, UploadState};
use domain::{Fault, UploadId, UserId};
use jiff::Timestamp;

use crate::capabilities::{CountPendingUploads, GetUpload, PresignUpload, PutUpload};

/// Largest photo, in bytes: Rekognition's largest S3 object, 15 MB (Amazon Rekognition, "Guidelines and quotas").
pub const MAX_UPLOAD_BYTES: u64 = 15 * 1024 * 1024;

/// How long a signed request works. From the product's security rules: at most five minutes.
pub const URL_LIFETIME: Duration = Duration::from_mins(5);

/// How long an upload can be analyzed after it was handed out. Chosen: time to look at a preview and decide.
pub const UPLOAD_LIFETIME: Duration = Duration::from_mins(30);

/// Uploads of one account that may wait at the same time. Chosen: a folder of photos dropped at once, 300 MB at
/// most. Requests that arrive together can exceed it by their number.
pub const MAX_PENDING_UPLOADS: usize = 20;

/// How long an `Idempotency-Key` is remembered. Chosen: as long as the upload it made can be used.
const KEY_LIFETIME: Duration = UPLOAD_LIFETIME;

/// A photo that somebody wants to upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// Media type, `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// Size in bytes, from 1 to [`MAX_UPLOAD_BYTES`].
    pub size_bytes: u64,
    /// SHA-256, if the caller knows it.
    pub sha256: Option<[u8; 32]>,
}

impl Announced {
    const fn promise(&self) -> Promise<'static> {
        Promise {
            content_type: self.content_type,
            size_bytes: self.size_bytes,
            sha256: self.sha256,
        }
    }

    /// What equal requests share.
    fn fingerprint(&self) -> String {
        let sha256 = self.sha256.map(hex::encode).unwrap_or_default();
        format!("{} {} {sha256}", self.content_type, self.size_bytes)
    }
}

/// A place for a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its identifier.
    pub upload: UploadId,
    /// The request that puts the photo there.
    pub request: Presigned,
    /// Until when that request works.
    pub expires_at: Timestamp,
}

/// Why no place was handed out.
#[derive(Debug)]
pub enum HandOutError {
    /// [`MAX_PENDING_UPLOADS`] wait already.
    TooManyPending,
    /// The `Idempotency-Key` was used for another photo.
    KeyReused,
    /// The place that was handed out for this `Idempotency-Key` was used or has expired.
    Expired,
    /// Something behind us failed.
    Fault(Fault),
}

impl From<Fault> for HandOutError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Hands out a place for `photo`: `proposed`, or the one that an earlier request with the same key got.
///
/// The key is remembered before the row is written and names the place, so however often a request is repeated,
/// and wherever an attempt broke off, there is one place. Its address is signed anew each time.
///
/// # Errors
///
/// Every variant of [`HandOutError`].
pub async fn hand_out<D>(
    deps: &D,
    user: UserId,
    photo: Announced,
    key_digest: Option<&str>,
    proposed: UploadId,
    now: Timestamp,
) -> Result<Place, HandOutError>
where
    D: CountPendingUploads + GetUpload + PutUpload + PresignUpload,
{
    let (upload, known) = match key_digest {
        None => (proposed, None),
        Some(digest) => repeated(deps, user, photo, digest, proposed, now).await?,
    };
    match known {
        Some(row) if row.state != UploadState::Pending || row.expires_at <= now => {
            return Err(HandOutError::Expired);
        }
        Some(_) => {}
        None => put(deps, user, photo, upload, now).await?,
    }
    let request = deps
        .presign(user, upload, photo.promise(), now, URL_LIFETIME)
        .await?;
    Ok(Place {
        upload,
        request,
        expires_at: now + URL_LIFETIME,
    })
}

/// Returns the upload that the key stands for, and its row if an earlier request got that far.
async fn repeated<D: GetUpload + PutUpload>(
    deps: &D,
    user: UserId,
    photo: Announced,
    digest: &str,
    proposed: UploadId,
    now: Timestamp,
) -> Result<(UploadId, Option<UploadRow>), HandOutError> {
    let request = Remembered {
        upload: proposed,
        fingerprint: photo.fingerprint(),
    };
    match deps
        .remember(user, digest, &request, now, now + KEY_LIFETIME)
        .await?
    {
        None => Ok((proposed, None)),
        Some(first) if first.fingerprint != request.fingerprint => Err(HandOutError::KeyReused),
        Some(first) => Ok((first.upload, deps.get_upload(user, first.upload).await?)),
    }
}

async fn put<D: CountPendingUploads + PutUpload>(
    deps: &D,
    user: UserId,
    photo: Announced,
    upload: UploadId,
    now: Timestamp,
) -> Result<(), HandOutError> {
    if MAX_PENDING_UPLOADS <= deps.count_pending(user, now, MAX_PENDING_UPLOADS).await? {
        return Err(HandOutError::TooManyPending);
    }
    let row = UploadRow {
        user,
        upload,
        content_type: photo.content_type.to_owned(),
        size_bytes: photo.size_bytes,
        sha256: photo.sha256,
        created_at: now,
        expires_at: now + UPLOAD_LIFETIME,
        state: UploadState::Pending,
    };
    Ok(deps.put_upload(&row).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::fakes::{self, World};

    const PHOTO: Announced = Announced {
        content_type: "image/jpeg",
        size_bytes: 1000,
        sha256: None,
    };

    fn now() -> Timestamp {
        "2026-11-20T11:00:00Z".parse().unwrap()
    }

    async fn ask(world: &World, key: Option<&str>, n: u64) -> Result<Place, HandOutError> {
        hand_out(world, fakes::ADA, PHOTO, key, fakes::upload_id(n), now()).await
    }

    #[tokio::test]
    async fn a_place_is_recorded_as_it_was_announced_and_signed_for_five_minutes() {
        let world = World::default();
        let photo = Announced {
            sha256: Some([7; 32]),
            ..PHOTO
        };
        let place = hand_out(&world, fakes::ADA, photo, None, fakes::upload_id(1), now())
            .await
            .unwrap();
        assert_eq!(place.upload, fakes::upload_id(1));
        assert_eq!(place.expires_at, now() + Duration::from_mins(5));
        let row = world.row(fakes::ADA, place.upload).unwrap();
        assert_eq!(
            (row.content_type.as_str(), row.size_bytes, row.sha256),
            ("image/jpeg", 1000, Some([7; 32]))
        );
        assert_eq!(
            (row.state, row.expires_at),
            (UploadState::Pending, now() + UPLOAD_LIFETIME)
        );
        assert_eq!(place.request.headers["content-type"], "image/jpeg");
    }

    #[tokio::test]
    async fn the_same_key_gets_the_same_place() {
        let world = World::default();
        let first = ask(&world, Some("key"), 1).await.unwrap();
        let second = ask(&world, Some("key"), 2).await.unwrap();
        assert_eq!(first.upload, second.upload);
        assert_eq!(world.n_rows(), 1);
        let other = ask(&world, Some("another key"), 3).await.unwrap();
        assert_ne!(first.upload, other.upload);
    }

    #[tokio::test]
    async fn a_key_is_for_one_photo() {
        let world = World::default();
        ask(&world, Some("key"), 1).await.unwrap();
        let photo = Announced {
            size_bytes: 1001,
            ..PHOTO
        };
        let refused = hand_out(&world, fakes::ADA, photo, Some("key"), fakes::upload_id(2), now()).await;
        assert!(matches!(refused, Err(HandOutError::KeyReused)));
        assert_eq!(world.n_rows(), 1);
    }

    #[tokio::test]
    async fn a_key_whose_first_attempt_broke_off_goes_on_with_the_same_place() {
        let world = World::default();
        world.fail_next_put();
        assert!(matches!(
            ask(&world, Some("key"), 1).await,
            Err(HandOutError::Fault(_))
        ));
        let place = ask(&world, Some("key"), 2).await.unwrap();
        assert_eq!(place.upload, fakes::upload_id(1));
        assert_eq!(world.n_rows(), 1);
    }

    #[tokio::test]
    async fn a_key_whose_upload_was_used_or_has_expired_says_so() {
        let world = World::default();
        let place = ask(&world, Some("key"), 1).await.unwrap();
        let analysis = domain::AnalysisId::from_uuid(place.upload.as_uuid());
        world.set_state(fakes::ADA, place.upload, UploadState::Used { analysis });
        assert!(matches!(
            ask(&world, Some("key"), 2).await,
            Err(HandOutError::Expired)
        ));
    }

    #[tokio::test]
    async fn only_so_many_may_wait_and_only_of_the_same_person() {
        let world = World::default();
        for n in 0..MAX_PENDING_UPLOADS as u64 {
            ask(&world, None, n).await.unwrap();
        }
        assert!(matches!(
            ask(&world, None, 99).await,
            Err(HandOutError::TooManyPending)
        ));
        assert_eq!(world.n_rows(), MAX_PENDING_UPLOADS);
        hand_out(&world, fakes::BOB, PHOTO, None, fakes::upload_id(100), now())
            .await
            .unwrap();
        // They stop waiting when they expire.
        let later = now() + UPLOAD_LIFETIME;
        hand_out(&world, fakes::ADA, PHOTO, None, fakes::upload_id(101), later)
            .await
            .unwrap();
    }
}
