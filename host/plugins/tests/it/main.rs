//! What the crate promises, through its public face.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests may panic as a test may"
)]

mod config;
mod descriptor;
mod endpoints;
mod environments;
mod errors;
mod grants;
mod inspect;
mod schemas;
mod sources;
mod support;
