//! `shipworthy plugin`: what can be done with a plugin outside of a check.

mod inspect;

use crate::{args::PluginCommand, refusal::Refusal};

pub(crate) fn run(command: &PluginCommand) -> Result<(), Refusal> {
    match command {
        PluginCommand::Inspect(args) => inspect::run(args),
    }
}
