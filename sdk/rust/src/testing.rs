//! Unit tests for probes: a scripted stack, natively and in milliseconds.
//!
//! A [`Script`] holds what the service would answer, [`Script::run`] runs a probe against it, and [`Seen`] is what the
//! probe said. Given the probe's descriptor, the script also refuses what the descriptor does not declare, as the host
//! does.
//!
//! ```
//! use shipworthy_sdk::{Failure, NetworkError, NoConfig, Probe, Stack, Target};
//! use shipworthy_sdk::testing::Script;
//!
//! struct Ping;
//!
//! impl Probe for Ping {
//!     type Config = NoConfig;
//!
//!     fn observe(stack: &Stack<'_>, _target: &Target, _config: NoConfig) -> Result<(), Failure> {
//!         stack.http().get("/ping")?.expect(200)?;
//!         Ok(())
//!     }
//! }
//!
//! let refused = NetworkError::Unreachable("connection refused".to_owned());
//! let seen = Script::new().http("GET /ping", refused).run::<Ping>("{}");
//! assert_eq!(seen.lines(), ["failed unreachable: connection refused"]);
//!
//! let undeclared = Script::new().descriptor(r#"{ "needs": ["http GET /health"] }"#).run::<Ping>("{}");
//! assert_eq!(undeclared.lines(), ["failed not-granted: not granted: http GET /ping"]);
//! ```

mod answer;
mod needs;
mod script;
mod seen;

pub use answer::{Answer, GrpcAnswer};
pub use script::Script;
pub use seen::{Evidence, Seen};
