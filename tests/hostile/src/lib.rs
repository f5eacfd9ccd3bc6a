//! Hostile plugins, and what becomes of a run of the binary with each.
//!
//! Every case is one attack: a component and an environment, run by the built binary in a folder of its own as a user
//! would run it, with a healthy probe beside it. A case says exactly what must come of it. Beyond that every run must
//! end by itself with a known exit status, print nothing that a terminal or a CI system would obey, stay small, leave no
//! process behind and harm no neighbour: `told.rs` holds all of them to that.
//!
//! `cargo test --workspace --test hostile` has a test for each case; `make hostile` prints them as a table with what they
//! took.
#![expect(clippy::disallowed_methods, reason = "test support: writes fixtures, starts the binary, serves on loopback")]

mod case;
mod cases;
mod component;
#[path = "../../../host/engine/tests/it/guest.rs"]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "shared with the tests of the engine, where a guest that cannot be written is a test's own mistake"
)]
mod guest;
#[path = "../../../xtask/src/guests.rs"]
#[expect(dead_code, unreachable_pub, reason = "shared with xtask, which builds the bundled probes")]
mod guests;
mod lab;
pub mod measure;
pub mod table;
mod told;
mod toml;
mod trial;

pub use case::Case;
pub use cases::all;
pub use lab::Lab;
pub use told::Told;
