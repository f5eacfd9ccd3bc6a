//! What a probe may ask of the world: http, grpc, containers. Policed, limited, masked, recorded, replayable.
//!
//! [`Access`] says what one probe may reach; a [`Run`] is one run of it. Every call goes the same way: it is vetted
//! (no IO), carried out or read from a recording, masked, and noted in the run's transcript.
//!
//! Invariants:
//! - A guest never holds an address: it names a role, and the environment says where that is.
//! - Nothing is sent that was not vetted: the steps that do IO take types that only the vetting makes.
//! - Redirects are answers. A request that may have had an effect is never sent twice.
//! - Nothing leaves a [`Run`] (an answer, an error, a record, the tape) before the host's secrets are masked in it.
//! - A replay opens no socket, and tells no time but that which follows from what was recorded.
//!
//! This crate knows nothing of wasmtime; the engine converts between these records and those of the WIT package.

pub mod access;
pub mod certificates;
pub mod clock;
pub mod containers;
mod course;
mod exchange;
pub mod grpc;
mod headers;
pub mod http;
pub mod limits;
pub mod mask;
mod nearest;
pub mod network;
mod pem;
pub mod run;
pub mod tape;
pub mod target;
mod tls;
mod transcript;
mod wire;

pub use self::http::{Request, Response};
pub use access::Access;
pub use clock::{Calendar, Clock};
pub use containers::{Container, ContainersError, engine::ContainerEngine, survey};
pub use grpc::{Call, Reply};
pub use limits::Limits;
pub use mask::Masks;
pub use network::{Header, NetworkError, Phase};
pub use run::{Overrun, Run};
pub use tape::{RecordedRun, Replay, Tape};
pub use target::{ConfigError, Target};
pub use transcript::Unrecorded;
