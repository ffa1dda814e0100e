//! A frame is judged as it arrives.
//!
//! One at a time: whoever judges holds a lease on the challenge, taken by a conditional write before Rekognition is asked, so
//! that frames that are sent at the same time cost one look and not many. What came of a frame is written with the challenge
//! in one transaction, and answered again where the same file comes again.

use api::wire::{FrameAnswer, FrameRefusal};
use aws::challenges::{ChallengeRow, FrameRow, Part, PutChallengeError};
use aws::faces::DetectFacesFailure;
use domain::{ChallengeId, Fault};
use jiff::Timestamp;
use liveness::{ClientMs, Frame};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::answer;
use crate::capabilities::Capabilities;
use crate::course::{Course, Kept, server_ms};
use crate::refusal::Refusal;
use crate::seen;
use crate::still::{MAX_FRAME_BYTES, Still};

/// A frame that was sent. Hides its bytes from logs.
pub struct Sent {
    /// Its place.
    pub index: u32,
    /// When it was taken, by the caller's clock.
    pub taken_at: ClientMs,
    /// When it was received.
    pub received_at: Timestamp,
    /// The file.
    pub file: Vec<u8>,
    /// A name for this request.
    pub request: Uuid,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sent")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// Judges a frame of a challenge.
///
/// # Errors
///
/// [`Refusal`]; nothing is changed then.
pub async fn judge<D: Capabilities>(deps: &D, kept: Kept, sent: Sent) -> Result<FrameAnswer, Refusal> {
    let now = sent.received_at;
    if MAX_FRAME_BYTES < sent.file.len() {
        return Err(Refusal::TooLarge);
    }
    let sha256: [u8; 32] = Sha256::digest(&sent.file).into();
    if sent.index < kept.course.challenge.frames()
        && let Some(answer) = answered(deps, kept.id, sent.index, sha256).await?
    {
        return Ok(answer);
    }
    if kept.course.challenge.phase().is_over() {
        return Err(Refusal::Over);
    }
    if kept.is_expired(now) {
        return Err(Refusal::Expired);
    }
    let refused = |refusal| Ok(answer::refused(&kept.course, refusal, server_ms(now)));
    if sent.index != kept.course.challenge.frames() {
        return refused(FrameRefusal::OutOfOrder);
    }
    let (width, height) = (kept.course.width_px, kept.course.height_px);
    let file = sent.file;
    let still = tokio::task::spawn_blocking(move || Still::read(&file, width, height))
        .await
        .map_err(|it| Fault::never("ReadFrame", it))?
        .map_err(Refusal::Still)?;
    if kept.is_leased(now) {
        return refused(FrameRefusal::AtTheSameTime);
    }
    let leased = kept.clone().leased(sent.request, now);
    if !take(deps, &leased).await? {
        return refused(FrameRefusal::AtTheSameTime);
    }
    let faces = match look(deps, &leased, sent.index, &still).await {
        Ok(faces) => faces,
        Err(refusal) => {
            release(deps, &leased).await;
            return Err(refusal);
        }
    };
    let frame = Frame {
        index: sent.index,
        taken_at: sent.taken_at,
        received_at: server_ms(now),
        // Of the pixels: another comment in the file does not make another frame of it.
        sha256: Sha256::digest(&still.jpeg.0).into(),
        looks: still.looks,
        faces,
    };
    let (course, answer) = advance(leased.course.clone(), &frame);
    let row = FrameRow {
        index: sent.index,
        sha256,
        answer: serde_json::to_string(&answer).map_err(|it| Fault::never("WriteFrame", it))?,
    };
    let next = leased.followed_by(course).row()?;
    put(deps, &leased, &next, Some(Part::Frame(&row))).await?;
    Ok(answer)
}

/// Writes what came of a lease. Where that fails the lease is given back, which changes nothing if it was written after all.
pub(crate) async fn put<D: Capabilities>(
    deps: &D,
    leased: &Kept,
    next: &ChallengeRow,
    part: Option<Part<'_>>,
) -> Result<(), Refusal> {
    let written = deps.put_challenge(next, part).await;
    if let Err(PutChallengeError::Fault(_)) = written {
        release(deps, leased).await;
    }
    Ok(written?)
}

/// Returns what was answered to this file at this place.
async fn answered<D: Capabilities>(
    deps: &D,
    id: ChallengeId,
    index: u32,
    sha256: [u8; 32],
) -> Result<Option<FrameAnswer>, Fault> {
    let same = deps.get_frame(id, index).await?.filter(|it| it.sha256 == sha256);
    same.map(|it| serde_json::from_str(&it.answer).map_err(|it| Fault::never("ReadFrame", it)))
        .transpose()
}

/// Takes the lease; tells whether it was got. An answer that was lost on its way is found out by reading.
pub(crate) async fn take<D: Capabilities>(deps: &D, leased: &Kept) -> Result<bool, Refusal> {
    let row = leased.row()?;
    match deps.put_challenge(&row, None).await {
        Ok(()) => Ok(true),
        Err(PutChallengeError::Changed) => Ok(deps.get_challenge(leased.id).await? == Some(row)),
        Err(PutChallengeError::Fault(fault)) => Err(fault.into()),
    }
}

/// Gives the lease back. Where that fails it ends by itself.
pub(crate) async fn release<D: Capabilities>(deps: &D, leased: &Kept) {
    let released = leased.followed_by(leased.course.clone());
    if let Ok(row) = released.row()
        && let Err(PutChallengeError::Fault(fault)) = deps.put_challenge(&row, None).await
    {
        tracing::warn!(
            operation = fault.operation,
            "a challenge stays leased for a moment"
        );
    }
}

/// Stores the frame and returns its faces. A frame that is one too many is not looked at: it fails whatever it shows.
async fn look<D: Capabilities>(
    deps: &D,
    kept: &Kept,
    index: u32,
    still: &Still,
) -> Result<Vec<liveness::Face>, Refusal> {
    if kept.course.kind.most_frames() <= index {
        return Ok(Vec::new());
    }
    let stored = async {
        let stored = deps.put_frame(kept.id, index, still.jpeg.clone()).await;
        stored.map_err(Refusal::from)
    };
    let detected = async {
        deps.detect_faces(still.jpeg.clone())
            .await
            .map_err(|error| match error {
                DetectFacesFailure::Picture(_) => Refusal::Unsupported,
                DetectFacesFailure::Fault(fault) => fault.into(),
            })
    };
    let ((), faces) = futures::future::try_join(stored, detected).await?;
    Ok(seen::faces(&faces))
}

/// Feeds a frame to the rules; returns what is kept from then on, and what is told.
fn advance(course: Course, frame: &Frame) -> (Course, FrameAnswer) {
    let now = frame.received_at;
    let before = course.challenge.phase();
    let (challenge, outcome) = course.challenge.advance(frame, now);
    let phase = challenge.phase();
    let mut course = Course { challenge, ..course };
    if phase != before {
        course.phase_since = now;
    }
    if frame.faces.len() == 1 {
        course.with_face.push(frame.index);
    }
    course.hint = outcome.hint;
    let answer = answer::taken(&course, outcome.hint, now);
    (course, answer)
}
