//! The whole stack over HTTP and AWS's own SDKs, with small functions and the template in `fixtures/`.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod endpoints;
mod events;
mod front_door;
mod killed;
mod life;
mod ours;
mod people;
mod uploads;
mod world;
