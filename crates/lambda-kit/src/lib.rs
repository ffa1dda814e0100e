//! What every function of the suite shares: events in, answers out, the same on Lambda and on one machine.
//!
//! JSON goes in and JSON comes out of [`Function::invoke`]; whether Lambda's runtime or the local stack calls it
//! makes no difference. This is the only crate that knows `lambda_runtime`, and it knows no AWS service: clients
//! belong to the adapters, which the functions wire.
//!
//! Reading order: [`Kit`] (what a function is built from), [`Function`] (what it becomes), [`Router`] with
//! [`Request`], [`Response`] and [`Failure`] (HTTP), [`principal`] (who calls), [`records`] (batches), [`run`].

pub mod audit;
pub mod cookie;
pub mod cursor;
pub mod env;
mod event;
mod failure;
mod function;
mod idempotency;
mod json;
mod kit;
pub mod limits;
pub mod liveness;
mod log;
mod manifest;
mod metrics;
mod panics;
pub mod principal;
pub mod records;
mod request;
mod response;
mod router;
mod run;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use audit::{Happened, Trail};
pub use env::{ConfigError, Env};
pub use failure::Failure;
pub use function::{Function, InvokeError};
pub use idempotency::IdempotencyKey;
pub use kit::{Clock, Ids, InitError, Invocation, Kit, RandomIds, SystemClock};
pub use limits::Limits;
pub use manifest::{Grant, Manifest};
pub use principal::{AccessTokens, ApiKeys, Principal};
pub use request::Request;
pub use response::Response;
pub use router::Router;
pub use run::{Error, run};
