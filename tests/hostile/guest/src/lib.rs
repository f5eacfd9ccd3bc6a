//! A probe that tries whatever its `config` says, one step after the other. What comes of a step is told as a finding
//! of the rule `told`, which the report shows: this is how the suite sees what a guest gets to see.
//!
//! It speaks the WIT itself where the SDK would shorten or refuse what is hostile.
//!
//! It is built for `wasm32-wasip2` only.
#![cfg(target_family = "wasm")]

mod ask;
mod look;
mod say;

use serde::Deserialize;
use shipworthy_sdk::{Failure, Gap, Probe, Stack, Target, component::bindings::shipworthy::probe::evidence};

/// What is to be done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    steps: Vec<Step>,
}

/// One thing to try.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum Step {
    /// Says a text in one of all the places where a guest can say something.
    Say(say::Say),
    /// Sends requests, one after the other or at the same time.
    Http(ask::Http),
    /// Gives what a request answers as a fact, and says it everywhere else too.
    Echo(ask::Echo),
    /// Calls over gRPC.
    Grpc(ask::Grpc),
    /// Asks about containers.
    Container(ask::Container),
    /// Looks for what WASI could give away.
    Look(look::Look),
    /// Never ends.
    Loop,
    /// Waits.
    Sleep { ms: u64 },
    /// Panics with a text.
    Panic { text: String },
    /// Exits with a status.
    Exit { status: i32 },
    /// Fails with a text.
    Fail { text: String },
    /// Takes memory without end.
    Grow,
    /// Calls itself without end.
    Recurse,
    /// Does steps again and again.
    Again { times: u32, steps: Vec<Self> },
}

struct Hostile;

impl Probe for Hostile {
    type Config = Config;

    fn observe(_: &Stack<'_>, _: &Target, config: Config) -> Result<(), Failure> {
        config.steps.iter().try_for_each(Step::take)
    }
}

impl Step {
    fn take(&self) -> Result<(), Failure> {
        match self {
            Self::Say(say) => say.take(),
            Self::Http(http) => http.take(),
            Self::Echo(echo) => return echo.take(),
            Self::Grpc(grpc) => grpc.take(),
            Self::Container(container) => container.take(),
            Self::Look(look) => look.take(),
            Self::Loop => endless(),
            Self::Sleep { ms } => std::thread::sleep(std::time::Duration::from_millis(*ms)),
            Self::Panic { text } => panic!("{text}"),
            Self::Exit { status } => std::process::exit(*status),
            Self::Fail { text } => return Err(Failure { why: Gap::Unreadable, detail: text.clone() }),
            Self::Grow => grow(),
            Self::Recurse => tell(&format!("{} deep", recurse(0))),
            Self::Again { times, steps } => {
                for _ in 0..*times {
                    steps.iter().try_for_each(Self::take)?;
                }
            }
        }
        Ok(())
    }
}

/// Tells what came of something.
fn tell(what: &str) {
    evidence::finding("told", true, what, None, None);
}

fn endless() {
    let mut count = 0_u64;
    loop {
        count = std::hint::black_box(count).wrapping_add(1);
    }
}

fn grow() {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(vec![1; 1 << 20]);
        std::hint::black_box(&kept);
    }
}

#[expect(unconditional_recursion, reason = "that is the attack")]
fn recurse(depth: u64) -> u64 {
    let below = recurse(std::hint::black_box(depth) + 1);
    std::hint::black_box(below).wrapping_add(depth)
}

shipworthy_sdk::export!(Hostile);
