//! `shipworthy doctor`: whether this machine has what a check takes, and what to do where it has not. Nothing is changed,
//! no plugin is run or compiled, and no service is asked. Each look that waits for somebody else has a limit.

mod cache;
mod docker;
mod environment;
mod registries;
mod system;
mod toolchains;

use shipworthy_contract::{
    Outcome,
    report::{EXIT_PASSED, EXIT_USAGE},
};
use shipworthy_report::doctor::{self, Looked};

use crate::{
    args::{DoctorArgs, Form},
    output::{Stream, look, print},
    refusal::Refusal,
};

/// What an environment takes, as far as it could be read. What nobody takes is told, and is never a failure.
#[derive(Default)]
struct Needs {
    /// What it is if there is no container engine: `info` where nobody asks it.
    containers: Need,
    /// Its `containers.socket`, and its compose project.
    socket: Option<String>,
    project: Option<String>,
    /// The registries that its plugins come from.
    registries: Vec<String>,
    /// How it says that registries are reached.
    access: std::collections::BTreeMap<String, shipworthy_plugins::environment::RegistrySpec>,
    /// Whether every plugin is here already.
    all_here: bool,
}

/// Whether something is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// By nobody.
    #[default]
    No,
    /// By a probe that can do without.
    Maybe,
    /// A check cannot do without.
    Yes,
}

impl Need {
    /// What it is if it is not there.
    const fn outcome(self) -> Outcome {
        match self {
            Self::No => Outcome::Info,
            Self::Maybe => Outcome::Warn,
            Self::Yes => Outcome::Fail,
        }
    }
}

/// Looks at everything, and says so. Exit code 2 if something keeps checks from running.
pub(crate) fn run(args: &DoctorArgs) -> Result<u8, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(crate::refusal::UsageError::Runtime)?;
    let mut looked = system::look();
    let mut needs = Needs::default();
    if let Some(name) = &args.env {
        looked.extend(environment::look(name, &mut needs));
    }
    looked.push(runtime.block_on(docker::look(&needs)));
    looked.extend(registries::look(&needs, &runtime));
    looked.extend(cache::look());
    looked.extend(toolchains::look());
    // What still waits for a name or a helper holds up nobody.
    runtime.shutdown_background();
    let code = if doctor::verdict(&looked) == Outcome::Fail { EXIT_USAGE } else { EXIT_PASSED };
    print(&match args.format {
        Form::Human => doctor::render(&looked, &look(Stream::Out)),
        Form::Json => doctor::json(&looked, code),
    })?;
    Ok(code)
}

/// Something that was looked at.
fn seen(area: &'static str, name: &str, outcome: Outcome, message: impl Into<String>) -> Looked {
    Looked { area, name: name.to_owned(), outcome, message: message.into(), advice: None, paste: Vec::new() }
}

/// A word as a shell takes it, to be pasted.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_pasted_as_they_are() {
        for (word, shown) in [("/a/b.c", "/a/b.c"), ("a b", "'a b'"), ("it's; rm", r"'it'\''s; rm'"), ("", "''")] {
            assert_eq!(quoted(word), shown);
        }
    }
}
