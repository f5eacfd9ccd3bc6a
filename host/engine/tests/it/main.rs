//! Every promise of the crate against guests that are written here: honest ones, and each hostile one contained.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests and their helpers may fail by panicking, and write their own temporary files"
)]

mod cache;
mod clock;
mod damage;
mod guest;
mod limits;
mod links;
mod pool;
mod replay;
mod requests;
mod said;
mod world;
