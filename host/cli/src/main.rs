//! The `shipworthy` binary: decides whether a deploy may go ahead.
//!
//! Only this crate knows exit codes, reads the command line and writes to the standard streams.

mod args;
mod bundled;
mod clock;
mod commands;
mod deploy;
mod interrupt;
mod logging;
mod output;
mod progress;
mod reach;
mod refusal;
mod replace;
mod set;
mod signing;
mod stack;
mod unpacked;

use std::{ffi::OsString, process::ExitCode};

use clap::error::ErrorKind;
use shipworthy_contract::report::{EXIT_NOT_STARTED, EXIT_PASSED, EXIT_USAGE};
use shipworthy_plugins::environment;
use shipworthy_report::error::Shown;
use tracing_subscriber::{Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    args::{
        BundleCommand, CacheCommand, Command, EnvCommand, LookFlags, PayloadCommand, ReportCommand, StackCommand, Wrong,
    },
    interrupt::Interrupt,
    output::Stream,
    refusal::{Refusal, UsageError},
};

fn main() -> ExitCode {
    logging::redact_panics();
    start_logging();
    let words: Vec<OsString> = std::env::args_os().collect();
    let cli = match args::parse_words(&words) {
        Ok(cli) => cli,
        Err(error) => {
            output::ask(LookFlags::raw(&words));
            return usage(&error, &words);
        }
    };
    output::ask(cli.look);
    let gate = matches!(&cli.command, Command::Check(args) if !args.command.is_empty());
    let interrupt = Interrupt::watch();
    let ended = run(&cli.command, &interrupt);
    interrupt::settled();
    let code = match ended {
        Ok(code) => code,
        Err(refusal) => {
            show(&refusal);
            if gate { EXIT_NOT_STARTED } else { EXIT_USAGE }
        }
    };
    ExitCode::from(code)
}

fn run(command: &Command, interrupt: &Interrupt) -> Result<u8, Refusal> {
    match command {
        Command::Check(args) => return commands::check::both(args, interrupt),
        Command::Payload(PayloadCommand::Check(args)) => return commands::check::payload_only(args),
        Command::Payload(PayloadCommand::Sums(args)) => commands::sums::run(args)?,
        Command::Stack(StackCommand::Check(args)) => return commands::check::stack_only(args),
        Command::Stack(StackCommand::Capture(args)) => return commands::capture::run(args),
        Command::Rules(args) => commands::rules::list(args)?,
        Command::Explain(args) => commands::rules::explain(args)?,
        Command::Env(EnvCommand::Init(args)) => commands::init::run(args)?,
        Command::Env(EnvCommand::List) => commands::env::list()?,
        Command::Env(EnvCommand::Show { name }) => commands::env::show(name)?,
        Command::Env(EnvCommand::Diff(args)) => commands::env::diff::run(args)?,
        Command::Env(EnvCommand::Check { name, plugins }) => commands::env::check(name, plugins)?,
        Command::Plugin(command) => return commands::plugin::run(command),
        Command::Bundle(BundleCommand::Create(args)) => commands::bundle::create(args)?,
        Command::Bundle(BundleCommand::Verify { file, key }) => commands::bundle::verify(file, key)?,
        Command::Report(ReportCommand::Merge(args)) => return commands::report::merge(args),
        Command::Report(ReportCommand::Diff(args)) => return commands::report::diff(args),
        Command::Cache(CacheCommand::Path) => commands::cache::path()?,
        Command::Cache(CacheCommand::Warm(args)) => commands::cache::warm(args)?,
        Command::Cache(CacheCommand::Clean) => commands::cache::clean()?,
        Command::Doctor(args) => return commands::doctor::run(args),
        Command::Completions(args) => commands::manual::completions(args)?,
        Command::Man(args) => commands::manual::man(args)?,
        Command::Compile { memory, seconds } => return Ok(shipworthy_engine::run_child(*memory, *seconds).status()),
        Command::Schema { of } => commands::schema::run(*of)?,
    }
    Ok(EXIT_PASSED)
}

/// Help and version are answers; anything else is a usage error, and keeps a command from being started.
fn usage(error: &clap::Error, words: &[OsString]) -> ExitCode {
    // A command that lacks its own command is answered with its help, which lists them.
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
        || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    {
        if let Err(unwritten) = help(error) {
            show(&unwritten.into());
            return ExitCode::from(EXIT_USAGE);
        }
    } else {
        show(&Wrong::new(error, words).into());
    }
    if !error.use_stderr() {
        return ExitCode::from(EXIT_PASSED);
    }
    let mut before = words.iter().skip(1).take_while(|word| *word != "--");
    let first = before.find(|word| !word.to_string_lossy().starts_with('-'));
    let gate = first.is_some_and(|word| word == "check") && words.iter().any(|word| word == "--");
    ExitCode::from(if gate { EXIT_NOT_STARTED } else { EXIT_USAGE })
}

/// Help that was asked for is an answer, which has to arrive; help that nobody asked for is told like an error.
fn help(error: &clap::Error) -> Result<(), UsageError> {
    let stream = if error.use_stderr() { Stream::Err } else { Stream::Out };
    let text = error.render();
    let text = if output::color(stream) && !output::plain() { text.ansi().to_string() } else { text.to_string() };
    match stream {
        Stream::Out => output::print(&text),
        Stream::Err => {
            stream.write(&text);
            Ok(())
        }
    }
}

fn show(refusal: &Refusal) {
    // Where an error knows its place only, the line is looked up; it stands in a file that was read a moment ago.
    let looked_up: Vec<Option<(String, u32)>> = refusal
        .errors
        .iter()
        .map(|error| error.place().filter(|_| error.excerpt().is_none()).and_then(|place| environment::excerpt(&place)))
        .collect();
    let shown: Vec<Shown<'_>> = refusal
        .errors
        .iter()
        .zip(&looked_up)
        .map(|(error, found)| Shown {
            error: error.as_ref(),
            excerpt: error.excerpt().or(found.as_ref().map(|(line, _)| line.as_str())),
            caret: error.caret().or(found.as_ref().map(|(_, caret)| *caret)),
        })
        .collect();
    Stream::Err.write(&shipworthy_report::error::render_all(&shown, &output::look(Stream::Err)));
}

/// Whether a log is written to standard error.
#[expect(clippy::disallowed_methods, reason = "the door to SHIPWORTHY_LOG")]
pub(crate) fn is_logging() -> bool {
    std::env::var_os("SHIPWORTHY_LOG").is_some()
}

/// Logs go to standard error, and only if `SHIPWORTHY_LOG` asks for them, such as `SHIPWORTHY_LOG=debug`. They are those
/// of Shipworthy's own crates, which mask secrets: libraries log whole answers, such as a container's environment.
#[expect(clippy::disallowed_methods, reason = "the door to SHIPWORTHY_LOG")]
fn start_logging() {
    let Some(filter) = std::env::var_os("SHIPWORTHY_LOG") else { return };
    let filter = tracing_subscriber::EnvFilter::new(filter.to_string_lossy());
    let own = tracing_subscriber::filter::filter_fn(|line| line.target().starts_with("shipworthy"));
    let lines = tracing_subscriber::fmt::layer().with_writer(logging::Redacted).with_filter(filter).with_filter(own);
    tracing_subscriber::registry().with(lines).init();
}
