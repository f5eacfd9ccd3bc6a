//! Every promise of the crate against real loopback servers, written here and labelled as the stand-ins they are.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests and their helpers may fail by panicking, and write their own temporary files"
)]

mod certificates;
mod containers;
mod docker;
mod failures;
mod grpc;
mod http;
mod replay;
mod server;
mod survey;
mod tls;
mod tricks;
mod world;
