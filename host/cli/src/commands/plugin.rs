//! `shipworthy plugin`: what can be done with a plugin outside of a check.

mod build;
mod inspect;
mod list;
mod lock;
mod new;
mod pull;
mod push;
mod sign;
mod test;
mod verify;

use shipworthy_contract::report::EXIT_PASSED;

use crate::{args::PluginCommand, refusal::Refusal};

pub(crate) fn run(command: &PluginCommand) -> Result<u8, Refusal> {
    match command {
        PluginCommand::New(args) => new::run(args)?,
        PluginCommand::Build(args) => build::run(args)?,
        PluginCommand::Test(args) => return test::run(args),
        PluginCommand::Inspect(args) => inspect::run(args)?,
        PluginCommand::Pull(args) => pull::run(args)?,
        PluginCommand::Push(args) => push::run(args)?,
        PluginCommand::List(args) => list::run(args)?,
        PluginCommand::Lock(args) => lock::run(args)?,
        PluginCommand::Sign(args) => sign::run(args)?,
        PluginCommand::Verify(args) => verify::run(args)?,
    }
    Ok(EXIT_PASSED)
}
