//! Liveness challenges: is a person in front of the camera, now?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Secret;

/// Body of `POST /liveness/challenges`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateChallengeRequest {
    /// Width of the frames that will be sent, in pixels.
    #[schemars(range(min = 80, max = 4096))]
    pub image_width: u32,
    /// Height of the frames that will be sent, in pixels.
    #[schemars(range(min = 80, max = 4096))]
    pub image_height: u32,
    /// Which challenge.
    #[serde(default)]
    pub kind: ChallengeKind,
    /// How much time there is for a step.
    #[serde(default)]
    pub pace: ChallengePace,
    /// What the person wants to be spared; other steps take its place. Of no effect for `nose`.
    #[serde(default)]
    #[schemars(length(max = 5), extend("uniqueItems" = true))]
    pub avoid: Vec<ChallengeGesture>,
    /// Whom it is about, 1 to 64 characters, for API keys that have many people before their camera: failures are
    /// counted for each, and the assertion names it. Refused where somebody is signed in: then it is about them.
    #[serde(default)]
    #[schemars(length(min = 1, max = 64))]
    pub subject: Option<String>,
    /// The registered person it must be, in place of a subject: passed only where the face is theirs, and the assertion is good for
    /// them only. API keys need the scope `identify` as well.
    #[serde(default)]
    #[schemars(extend("format" = "uuid"))]
    pub person_id: Option<String>,
}

opaque_debug!(CreateChallengeRequest);

/// Kinds of challenge, the weaker one first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeKind {
    /// Bring the nose to one place. Weak: not for letting somebody in.
    Nose,
    /// Several steps, each shown when the one before is done.
    #[default]
    Sequence,
}

/// How much time there is for a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengePace {
    /// Eight seconds.
    #[default]
    Usual,
    /// Twenty seconds.
    Unhurried,
}

/// What a person can be spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeGesture {
    /// Turning the head to a side.
    Turn,
    /// Closing the eyes.
    Blink,
    /// Smiling.
    Smile,
    /// Opening the mouth.
    MouthOpen,
    /// Coming closer to the camera.
    ComeCloser,
}

/// A challenge that has begun.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedChallenge {
    /// Identifier, for the path of what follows.
    #[schemars(extend("format" = "uuid"))]
    pub challenge_id: String,
    /// To be sent with every frame and with asking for the result.
    #[schemars(extend("format" = "password"))]
    pub token: Secret,
    /// Until when frames are taken.
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: String,
    /// Which challenge.
    pub kind: ChallengeKind,
    /// Where the face belongs.
    pub area: PixelBox,
    /// Most frames it takes.
    pub max_frames: u32,
    /// Largest frame, in bytes of the JPEG file.
    pub max_frame_bytes: u32,
    /// Time between two frames that makes `maxFrames` suffice, in milliseconds.
    pub frame_interval_ms: u32,
    /// What to do first.
    pub instruction: ChallengeInstruction,
}

opaque_debug!(StartedChallenge);

/// A box in pixels of the frame, as the camera takes it: not mirrored, from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PixelBox {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// What the person is asked to do now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeInstruction {
    /// The deed.
    pub task: ChallengeTask,
    /// Number of the step, from 1; 0 before the first.
    pub step: u8,
    /// Where to: for `enter-area` and `nose-to-target`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<PixelBox>,
    /// How long there is for it from now, in milliseconds.
    pub limit_ms: u32,
}

/// Deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeTask {
    /// Bring the face into the area.
    EnterArea,
    /// Look straight into the camera, relaxed: the next step is shown then.
    LookStraight,
    /// Bring the tip of the nose into the target and keep it there for a moment.
    NoseToTarget,
    /// Turn the head to one's own left: to the right of a frame, which is not mirrored.
    TurnLeft,
    /// Turn the head to one's own right.
    TurnRight,
    /// Close the eyes for a moment.
    Blink,
    /// Smile.
    Smile,
    /// Open the mouth.
    MouthOpen,
    /// Come closer to the camera.
    ComeCloser,
}

/// Body of `PUT /liveness/challenges/{id}/frames`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutFrameRequest {
    /// The challenge's token.
    #[schemars(extend("format" = "password"))]
    pub token: Secret,
    /// Place of the frame: 0, 1, 2 and so on without a gap, the next when the one before was answered.
    pub index: u32,
    /// When it was taken, in milliseconds of the caller's clock.
    #[schemars(range(min = 0))]
    pub taken_at_ms: i64,
    /// The JPEG file, in base64 (RFC 4648 section 4).
    #[schemars(extend("contentEncoding" = "base64", "contentMediaType" = "image/jpeg"))]
    pub jpeg_base64: String,
}

opaque_debug!(PutFrameRequest);

/// What a frame led to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FrameAnswer {
    /// Whether it was taken.
    pub accepted: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<FrameRefusal>,
    /// Where the challenge is.
    pub phase: ChallengePhase,
    /// What to do now; left out when the phase is `over`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<ChallengeInstruction>,
    /// What to do better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<ChallengeHint>,
    /// Index of the frame that is expected next.
    pub next_index: u32,
    /// How many more frames are taken.
    pub frames_left: u32,
}

/// Why a frame was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FrameRefusal {
    /// It is not the next one: go on with `nextIndex`.
    OutOfOrder,
    /// A frame is being looked at right now: send this one again.
    AtTheSameTime,
}

/// Where a challenge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengePhase {
    /// Waits for exactly one face.
    Face,
    /// Waits for the face to be in the area.
    Area,
    /// Waits for the person to look straight, before a step is shown.
    Ready,
    /// A step is shown.
    Step,
    /// Takes no more frames: ask for the result.
    Over,
}

/// What the person could do better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeHint {
    /// Show the face.
    NoFace,
    /// Only one person at a time.
    OnlyOneFace,
    /// Bring the face into the area.
    CenterFace,
    /// Come closer to the camera.
    ComeCloser,
    /// Move a little away from the camera.
    MoveBack,
    /// Look straight into the camera, eyes open.
    LookStraight,
    /// Keep the nose inside the target.
    HoldStill,
    /// The target, or the turn, is on the other side.
    OtherWay,
    /// Do only what is asked.
    OnlyWhatIsAsked,
    /// Look straight first, then go to the target without a detour.
    BackToMiddle,
    /// Relax the face first, then do it again.
    RelaxFirst,
    /// The camera gives the same picture again and again, and nothing in it is judged: see to the camera.
    PictureStandsStill,
}

/// Body of `POST /liveness/challenges/{id}/verify`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyChallengeRequest {
    /// The challenge's token.
    #[schemars(extend("format" = "password"))]
    pub token: Secret,
}

opaque_debug!(VerifyChallengeRequest);

/// Result of a challenge.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeResult {
    /// Whether a person was in front of the camera, as far as such a challenge can tell.
    pub passed: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ChallengeReason>,
    /// What to do better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<ChallengeHint>,
    /// A token that says so, good for one use; only where `passed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "password"))]
    pub assertion: Option<Secret>,
    /// Until when the assertion works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub assertion_expires_at: Option<String>,
    /// How similar the face is to that of the person who was named at the beginning; only where `passed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<ChallengePerson>,
}

opaque_debug!(ChallengeResult);

/// The person who took a challenge.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChallengePerson {
    /// Who.
    #[schemars(extend("format" = "uuid"))]
    pub person_id: String,
    /// Similarity to the most similar face of the person, in percent.
    pub similarity: f32,
    /// Similarity that is asked for, in percent.
    pub threshold: f32,
}

opaque_debug!(ChallengePerson);

/// Why a challenge was not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeReason {
    /// More than three minutes since its start.
    Expired,
    /// The area or a step took longer than its limit.
    Timeout,
    /// More frames than a challenge has.
    TooManyFrames,
    /// More than one face in a frame.
    MultipleFaces,
    /// No usable face in too many frames.
    FaceLost,
    /// The face left the area.
    LeftArea,
    /// The nose was there before it could be followed, or moved faster than a head does.
    TooFast,
    /// The nose's path is not the smooth one of a head.
    PathNotSmooth,
    /// The face moved, but did not turn as a solid head does.
    FlatFace,
    /// Turned the other way.
    WrongWay,
    /// Things were done that were not asked for.
    WrongGesture,
    /// Another person came in.
    Swapped,
    /// It is not the person who was named at the beginning.
    OtherPerson,
    /// Ended before everything was done.
    Incomplete,
}
