//! Accounts and sessions: signing up, in and out, passwords, and the keys that sign access tokens. Also the health
//! of the API, its OpenAPI document, and every address that no other function has.
//!
//! Reading order: [`sign_in`], [`refresh`], [`own_sessions`], [`api_keys`], [`sign_up`], [`password_change`], [`password_reset`], [`first_admin`], [`users`],
//! [`user_creation`] (what happens),
//! [`capabilities`] (what that needs), [`passwords`], [`one_time`], [`policy`], [`signing`], [`tokens`] (how secrets are made and
//! checked), [`http`] (requests and answers), [`adapters`] and [`config`] (wiring), [`manifest`] (what the template
//! must provide).

pub mod adapters;
pub mod api_keys;
pub mod audit_list;
pub mod capabilities;
pub mod client_name;
pub mod config;
pub mod first_admin;
pub mod http;
pub mod manifest;
pub mod one_time;
pub mod own_sessions;
pub mod password_change;
pub mod password_reset;
pub mod passwords;
pub mod policy;
pub mod refresh;
pub mod sign_in;
pub mod sign_up;
pub mod signing;
pub mod tokens;
pub mod user_creation;
pub mod users;

pub use adapters::init;
pub use manifest::MANIFEST;

#[cfg(test)]
mod tests;
