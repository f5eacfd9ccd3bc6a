//! What the running stack must be, judged from evidence. No IO.
//!
//! [`judge()`] holds what probes saw against what artifact and environment require; [`waiver::apply`] takes out what an
//! environment waives or a command line skips; [`skip_all`] says that nothing could be judged, and why.
//!
//! Invariant: pure. No file, no socket, no clock: the same case gives the same results, so that an old recording can
//! be judged anew. Invariant: a missing answer is `stack.observation`, never the rule of what is missing.

pub mod case;
mod cause;
mod compare;
pub mod date;
mod judge;
mod outcome;
mod own_rule;
pub mod part;
pub mod partition;
mod rules;
mod seen;
mod skip;
mod tell;
pub mod waiver;
mod want;

pub use case::{Case, Listed, OwnRule};
pub use date::Date;
pub use judge::judge;
pub use part::{Material, Mismatch, judge_part, merge};
pub use partition::Partition;
pub use shipworthy_contract::Severity;
pub use skip::skip_all;
pub use waiver::Waiver;
