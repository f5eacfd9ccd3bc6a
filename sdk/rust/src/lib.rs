//! Write probes for Shipworthy in Rust.
//!
//! A probe is a small WebAssembly component that looks at one running service and says what it sees; the host judges.
//! It holds no address, no socket and no credential: it asks a role of its own, and the host carries out what the
//! environment grants.
//!
//! ```
//! use shipworthy_sdk::{Failure, NoConfig, Probe, Stack, Target};
//!
//! struct Orders;
//!
//! impl Probe for Orders {
//!     type Config = NoConfig;
//!
//!     fn observe(stack: &Stack<'_>, _target: &Target, _config: NoConfig) -> Result<(), Failure> {
//!         let info = stack.http().get("/info")?.expect(200)?.json()?;
//!         stack.fact("version", info.value("/version")?, info.origin("/version"));
//!         Ok(())
//!     }
//! }
//!
//! shipworthy_sdk::export!(Orders);
//!
//! // A unit test: natively, in a millisecond, without a component and without a service.
//! use shipworthy_sdk::testing::{Answer, Script};
//!
//! let seen = Script::new().http("GET /info", Answer::json(200, r#"{ "version": "2.0.0" }"#)).run::<Orders>("{}");
//! assert_eq!(seen.outcome(), Ok(()));
//! assert_eq!(seen.fact("version"), Some(&"2.0.0".into()));
//! ```
//!
//! # Gaps and violations
//!
//! What cannot be seen is a gap ([`Stack::missing`], or [`Failure`] where nothing more can be seen) and what was seen
//! to be wrong is a [`Finding`] on a rule that the descriptor declares. They must not be mixed: a gap stops a deploy
//! because nobody knows, a violation because somebody does. Every error of this crate knows its gap, so `?` keeps them
//! apart; an environment's missing grant arrives as [`Gap::NotGranted`] with the line to add.
//!
//! # Panics
//!
//! A panic cannot cross the boundary as an error: it aborts the instance, and the host reports a trap with the panic's
//! message, which goes to standard error. Evidence given before stays. Nothing in this crate panics on what a service
//! answers; the [`testing`] module panics where a test is wrong.
//!
//! # Building
//!
//! `crate-type = ["cdylib"]`, target `wasm32-wasip2`: what Cargo writes already is a component. Natively
//! [`export!`] exports nothing, so the same crate is unit-tested as it stands.

mod config;
mod containers;
mod evidence;
mod failure;
mod grpc;
pub mod health;
mod host;
mod http;
mod json;
mod network;
mod probe;
pub mod protobuf;
pub mod random;
mod stack;

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod component;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use serde_json;

pub use config::{NoConfig, OneOrMany};
pub use containers::{Container, Containers, ContainersError};
pub use evidence::{Origin, Value};
pub use failure::{Failure, Gap, Unreadable};
pub use grpc::{Call, CallFailed, Grpc, Reply, code};
pub use http::{Http, Request, Response, UnexpectedStatus};
pub use json::Json;
pub use network::{Header, NetworkError, Phase};
pub use probe::{Probe, Target};
pub use stack::{Finding, Level, Stack};

/// Exports a [`Probe`] as the component; once per crate.
///
/// ```
/// # use shipworthy_sdk::{Failure, NoConfig, Probe, Stack, Target};
/// # struct Orders;
/// # impl Probe for Orders {
/// #     type Config = NoConfig;
/// #     fn observe(_: &Stack<'_>, _: &Target, _: NoConfig) -> Result<(), Failure> { Ok(()) }
/// # }
/// shipworthy_sdk::export!(Orders);
/// ```
#[macro_export]
macro_rules! export {
    ($probe:ty) => {
        const _: () = {
            // Natively there is nothing to export; the type is checked all the same.
            #[cfg(not(target_family = "wasm"))]
            const fn is_a_probe<P: $crate::Probe>() {}
            #[cfg(not(target_family = "wasm"))]
            is_a_probe::<$probe>();

            #[cfg(target_family = "wasm")]
            struct Component;

            #[cfg(target_family = "wasm")]
            impl $crate::__component::Guest for Component {
                fn observe(target: $crate::__component::WitTarget) -> Result<(), $crate::__component::WitFailure> {
                    $crate::__component::observe::<$probe>(target)
                }
            }

            #[cfg(target_family = "wasm")]
    $crate::__component::export_component!(Component with_types_in $crate::__component::bindings);
        };
    };
}

/// For [`export!`] only.
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use component as __component;
