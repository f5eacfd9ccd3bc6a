//! What an ESB agent says of itself over gRPC, and what its container and its metrics show (contract.md, part 3). Only
//! calls without effect are made: no container is started, paused or destroyed.
//!
//! Container, calls and metrics are each read for themselves: one that does not come hides none of the others.

use shipworthy_sdk::{Failure, NoConfig, Probe, Stack, Target};

mod calls;
mod container;
mod metrics;

struct Agent;

impl Probe for Agent {
    type Config = NoConfig;

    /// The container first: a server that answers some calls and lets others run into their time must not cost it.
    fn observe(stack: &Stack<'_>, target: &Target, _config: NoConfig) -> Result<(), Failure> {
        container::look(stack, target);
        let answered = calls::look(stack);
        metrics::look(stack);
        answered
    }
}

shipworthy_sdk::export!(Agent);

#[cfg(test)]
mod tests;
