//! The stories, in one binary: each is linked with the whole suite, which takes a quarter of a gigabyte.

mod account;
mod alert;
mod api_keys;
mod audit;
mod isolation;
mod liveness;
mod liveness_passed;
mod people;
mod photo;
mod refusals;
mod sessions;
mod tokens;
mod users;
