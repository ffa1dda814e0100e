//! What callers of the service see: its answers and errors, and the endpoint around it.

mod binary;
mod common;
mod detect_faces;
mod endpoint;
