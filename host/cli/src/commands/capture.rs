//! `stack capture`: what is observed now, as a `runtime_stack` block to paste. Nothing is judged and nothing required.

mod block;
mod gather;
mod unseen;
mod yaml;

use shipworthy_contract::{
    Explain, Fault,
    report::{EXIT_PASSED, EXIT_UNDETERMINED},
};
use shipworthy_report::{error, notice};

use crate::{
    args::CaptureArgs,
    clock,
    output::{self, Stream, print},
    progress::Shown,
    refusal::Refusal,
    set::Set,
    stack::{self, Plan},
};

/// What keeps a block from being printed: it would be no requirement without a mode.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CaptureError {
    #[error("no probe observed the mode, which a `runtime_stack` needs")]
    NoMode,
    #[error("the mode is contradictory: {0}")]
    Contradictory(String),
    #[error("the observed mode cannot be required: expected `docker` or `containerd`, found {0}")]
    Unknown(String),
}

impl Explain for CaptureError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoMode => "capture.no-mode",
            Self::Contradictory(_) => "capture.contradictory-mode",
            Self::Unknown(_) => "capture.unknown-mode",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NoMode => Fault::Environment,
            Self::Contradictory(_) | Self::Unknown(_) => Fault::Service,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NoMode => Some(
                "list a probe that gives `mode`, such as `builtin:gateway` with `[containers]`, and mend what kept the \
                 listed ones from looking"
                    .to_owned(),
            ),
            Self::Contradictory(_) => Some("bring the services to one mode".to_owned()),
            Self::Unknown(_) => None,
        }
    }
}

/// `stack capture --env NAME`. Standard output holds a whole block or nothing.
pub(crate) fn run(args: &CaptureArgs) -> Result<u8, Refusal> {
    let set = Set::open(&args.env, &args.stack.plugins)?;
    let environment = &set.environment;
    let plan = Plan::new(&set, &args.stack)?;
    let observed = stack::look(environment, &plan, &args.stack, Shown::where_people_look())?;
    let look = output::look(Stream::Err);
    Stream::Err.write(&notice::render(&unseen::notices(&observed), &look));
    let unseen = unseen::services(&observed);
    match gather::gather(&observed) {
        Ok(captured) => {
            let head = block::Head {
                environment: &environment.name,
                project: observed.project.as_ref().map(|project| project.name.as_str()),
                at: &clock::now(),
                recording: observed.recording.as_ref(),
                only: &args.stack.only,
                version: env!("CARGO_PKG_VERSION"),
                unseen: &unseen,
            };
            print(&block::render(&head, &captured))?;
            // What a probe did not see is not in the block, which must not pass for the whole stack.
            Ok(if unseen.iter().any(|one| one.is_gap) { EXIT_UNDETERMINED } else { EXIT_PASSED })
        }
        Err(failed) => {
            Stream::Err.write(&error::render(&failed, None, &look));
            Ok(EXIT_UNDETERMINED)
        }
    }
}
