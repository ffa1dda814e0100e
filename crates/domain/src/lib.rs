//! Values and rules of the suite: what a valid name is, what a box is, which list an analysis belongs to.
//!
//! Deliberately not here: input and output, wire names, the clock. Everything is a plain value that can be
//! constructed and compared in a test, so the rest of the code passes parsed values and never strings that
//! somebody may or may not have checked.
//!
//! Reading order: [`Fault`] (how a failing service is spoken of), [`id`], [`account`], [`geometry`],
//! [`analysis`], [`face_rule`], [`paging`], [`scope`].

pub mod account;
pub mod analysis;
mod api_key;
pub mod audit;
pub mod face_rule;
pub mod fault;
pub mod geometry;
pub mod id;
mod limit;
pub mod paging;
pub mod scope;

pub use account::{Email, InvalidEmail, InvalidUsername, Role, Username};
pub use analysis::{AnalysisList, MaskVerdict, is_low_confidence};
pub use api_key::{ApiKeyHash, ApiKeyLookup, ApiKeyUse, StoredApiKey};
pub use face_rule::{FaceFault, SeenFace};
pub use fault::{Fault, Retry};
pub use geometry::{InvalidBox, PixelBox, RatioBox};
pub use id::{
    AnalysisId, ApiKeyId, ChallengeId, DoorId, FaceId, InvalidId, PersonId, SessionId, UploadId, UserId,
};
pub use limit::{Mark, Swap, Swapped};
pub use paging::{InvalidLimit, PageLimit};
pub use scope::Scope;
