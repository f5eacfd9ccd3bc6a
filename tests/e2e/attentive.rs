//! The binary as it is where nobody ignores signals for it.

use std::process::{Command, Stdio};

use shipworthy_stand_ins::Sandbox;

/// The binary with no signal ignored, however the tests were started: what a background job of a shell or `nohup` ignores
/// would be ignored by all that it starts. It keeps its number, since `env` becomes the binary.
pub(crate) fn attentive(sandbox: &Sandbox, words: &[&str]) -> Command {
    let plain = sandbox.command(words);
    let mut command = Command::new("env");
    command.arg(ATTENTIVE).arg(plain.get_program()).args(plain.get_args()).current_dir(sandbox.dir()).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    command
}

/// How `env` undoes what is ignored.
pub(crate) const ATTENTIVE: &str = "--default-signal";
