//! From an object in quarantine to a photo.

use aws::{
    photos::{GetError, Object},
    uploads::UploadRow,
};
use domain::Fault;
use picture::PictureError;
use sha2::{Digest as _, Sha256};

use crate::photo::Photo;

/// Why there is no photo.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// Nothing has arrived.
    #[error("the photo has not arrived")]
    Incomplete,
    /// What arrived is not what was announced.
    #[error("what arrived is not what was announced")]
    Mismatch,
    /// What arrived is not a photo that we take.
    #[error(transparent)]
    Picture(PictureError),
    /// The bucket failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TakeError {
    /// Whether the photo is to blame, so that keeping it is no use.
    #[must_use]
    pub const fn spoils_photo(&self) -> bool {
        matches!(self, Self::Mismatch | Self::Picture(_))
    }
}

/// Decodes what arrived for an upload, if it is what was announced, and does `then` with it, both away from the executor.
///
/// `arrived` is what reading at most `size_bytes` of the row gave.
///
/// # Errors
///
/// Every variant of [`TakeError`].
pub async fn take<T: Send + 'static>(
    row: &UploadRow,
    arrived: Result<Object, GetError>,
    then: impl FnOnce(Photo) -> T + Send + 'static,
) -> Result<T, TakeError> {
    let object = match arrived {
        Ok(object) => object,
        Err(GetError::Missing) => return Err(TakeError::Incomplete),
        Err(GetError::TooLarge { .. }) => return Err(TakeError::Mismatch),
        Err(GetError::Fault(fault)) => return Err(fault.into()),
    };
    let promised = row.clone();
    off_the_executor(move || read(&promised, &object).map(then)).await?
}

/// Decodes an object that is what was announced.
fn read(promised: &UploadRow, object: &Object) -> Result<Photo, TakeError> {
    let as_announced = object.bytes.len() as u64 == promised.size_bytes
        && object.content_type == promised.content_type
        && promised
            .sha256
            .is_none_or(|it| Sha256::digest(&object.bytes)[..] == it);
    if !as_announced {
        return Err(TakeError::Mismatch);
    }
    let photo = Photo::read(&object.bytes).map_err(TakeError::Picture)?;
    if photo.format().media_type() != promised.content_type {
        return Err(TakeError::Mismatch);
    }
    Ok(photo)
}

/// Runs what takes a second of a processor where it keeps nobody waiting.
///
/// # Errors
///
/// [`Fault`] if it panicked.
pub async fn off_the_executor<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|panicked| Fault::never("ReadPhoto", panicked))
}

#[cfg(test)]
mod tests {
    use aws::uploads::UploadState;
    use domain::{UploadId, UserId};
    use jiff::Timestamp;
    use picture::{Format, Picture};
    use uuid::Uuid;

    use super::*;

    fn jpeg() -> Vec<u8> {
        let (width, height) = (100, 90);
        let rgb = vec![128; (width * height * 3) as usize];
        let format = Format::Jpeg;
        picture::encode_jpeg(
            &Picture {
                width,
                height,
                rgb,
                format,
            },
            90,
        )
    }

    fn announced(bytes: &[u8]) -> UploadRow {
        UploadRow {
            user: UserId::from_uuid(Uuid::nil()),
            upload: UploadId::from_uuid(Uuid::nil()),
            content_type: "image/jpeg".to_owned(),
            size_bytes: bytes.len() as u64,
            sha256: Some(Sha256::digest(bytes).into()),
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
            state: UploadState::Pending,
        }
    }

    fn object(bytes: Vec<u8>) -> Object {
        Object {
            content_type: "image/jpeg".to_owned(),
            bytes,
        }
    }

    async fn width(row: &UploadRow, arrived: Result<Object, GetError>) -> Result<u32, TakeError> {
        take(row, arrived, |it| it.width_px()).await
    }

    #[tokio::test]
    async fn what_was_announced_is_decoded() {
        let row = announced(&jpeg());
        assert_eq!(width(&row, Ok(object(jpeg()))).await.unwrap(), 100);
    }

    #[tokio::test]
    async fn anything_else_is_not_what_was_announced() {
        let good = announced(&jpeg());
        for row in [
            UploadRow {
                size_bytes: 1,
                ..good.clone()
            },
            UploadRow {
                sha256: Some([0; 32]),
                ..good.clone()
            },
            UploadRow {
                content_type: "image/png".to_owned(),
                ..good.clone()
            },
        ] {
            let taken = width(&row, Ok(object(jpeg()))).await;
            assert!(matches!(taken, Err(TakeError::Mismatch)), "{taken:?}");
        }
        // Whatever its sender and the announcement say: the bytes are those of a JPEG.
        let mut as_png = object(jpeg());
        as_png.content_type = "image/png".to_owned();
        let row = UploadRow {
            content_type: "image/png".to_owned(),
            ..good.clone()
        };
        assert!(matches!(width(&row, Ok(as_png)).await, Err(TakeError::Mismatch)));
        let too_large = Err(GetError::TooLarge { size_bytes: 9_999 });
        assert!(matches!(width(&good, too_large).await, Err(TakeError::Mismatch)));
    }

    #[tokio::test]
    async fn only_what_the_photo_is_to_blame_for_spoils_it() {
        let noise = vec![1; 20];
        let taken = width(&announced(&noise), Ok(object(noise))).await;
        assert!(matches!(
            &taken,
            Err(TakeError::Picture(PictureError::NotAnImage))
        ));
        assert!(taken.unwrap_err().spoils_photo());
        let row = announced(&jpeg());
        let missing = width(&row, Err(GetError::Missing)).await.unwrap_err();
        assert!(matches!(missing, TakeError::Incomplete) && !missing.spoils_photo());
        let fault = GetError::Fault(Fault::later("GetObject", "throttled"));
        let failed = width(&row, Err(fault)).await.unwrap_err();
        assert!(matches!(failed, TakeError::Fault(_)) && !failed.spoils_photo());
    }
}
