//! What callers of the service see: its answers and errors, and the endpoint around it.

mod binary;
mod collections;
mod common;
mod compare_faces;
mod detect_faces;
mod endpoint;
mod index_faces;
mod people;
mod search_faces;
mod sign;
mod users;
