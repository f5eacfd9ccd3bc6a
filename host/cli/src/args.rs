//! The command line, stated once: parsing, help and usage errors come from here.

mod cache;
mod doctor;
mod env;
mod format;
mod look;
mod manual;
mod part;
mod plugin;
mod registry;
mod report;
mod sets;
mod shape;
mod signature;
mod wrong;

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Parser, Subcommand, ValueEnum};
use shipworthy_contract::{Policy, RuleId, Service, Sha256, quantity::Span};
use shipworthy_payload::Choice;
use shipworthy_stack::Partition;

pub(crate) use self::plugin::{BuildArgs, InspectArgs, NewArgs, PluginCommand, TestArgs, TestFormat};
pub(crate) use self::signature::{SignArgs, SignerFlags, VerifyArgs};
pub(crate) use cache::{CacheCommand, WarmArgs};
pub(crate) use doctor::DoctorArgs;
pub(crate) use env::{EnvCommand, InitArgs};
pub(crate) use format::{Form, Format, OutputFile};
pub(crate) use look::LookFlags;
pub(crate) use manual::{CompletionsArgs, ManArgs, Shell};
pub(crate) use part::PartFlags;
pub(crate) use registry::{PullArgs, PushArgs, RegistryFlags};
pub(crate) use report::{FailOnArg, MergeArgs, ReportCommand, ReportDiffArgs};
pub(crate) use sets::{Accept, BundleCommand, CreateArgs, DiffArgs, ListArgs, LockArgs, PluginFlags};
pub(crate) use shape::{COMPILE, complete, parse as parse_words};
pub(crate) use wrong::Wrong;

/// Decides whether a deploy may go ahead: is the artifact whole, the stack fit?
#[derive(Debug, Parser)]
#[command(name = "shipworthy", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) look: LookFlags,
}

const EXIT_CODES: &str = "Exit codes: 0 passed, 1 payload contract failed, 2 usage or configuration, \
3 stack incompatible, 4 could not be determined, 130 interrupted. \
With `check -- COMMAND`: the command's own, or 125 if it was not started, 126 and 127 if it cannot be run.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check both contracts: the gate before a deploy
    #[command(after_help = "Examples:\n  shipworthy check --env staging\n  \
        shipworthy check build/artifact.yml --env staging -- ./deploy.sh\n  \
        shipworthy check --env staging --format json --output human=report.txt")]
    Check(Box<CheckArgs>),
    /// The payload contract alone: only files are read
    #[command(subcommand)]
    Payload(PayloadCommand),
    /// The running stack alone: only services are asked
    #[command(subcommand)]
    Stack(StackCommand),
    /// List every rule once, with its side
    #[command(after_help = "Examples:\n  shipworthy rules\n  shipworthy rules --env staging\n  \
        shipworthy rules --format json\n\nExit codes: 0 they are listed, 2 the environment cannot be used.")]
    Rules(RulesArgs),
    /// What a rule means, how it looks when broken, how to mend it
    #[command(after_help = "Examples:\n  shipworthy explain stack.mode\n  \
        shipworthy explain stack.orders.queue-empty --env staging\n  shipworthy explain timed-out\n\n\
        Exit codes: 0 it is explained, 2 there is no such rule.")]
    Explain(ExplainArgs),
    /// Make an environment from a running stack, or look at one
    #[command(subcommand)]
    Env(EnvCommand),
    /// Make a probe, build it, test it, or look at one before use
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Take an environment and its plugins to where no registry is
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// Compare two reports, or merge those of parts of one check
    #[command(subcommand)]
    Report(ReportCommand),
    /// Where compiled plugins are; compile them ahead, remove them
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Whether this machine has what a check takes, and what to do
    #[command(after_help = "Examples:\n  shipworthy doctor\n  shipworthy doctor --env staging\n  \
        shipworthy doctor --env staging --format json\n\n\
        Nothing is changed, no plugin is run, no service is asked; the container engine and the registries are.\n\
        Exit codes: 0 checks can run, warnings allowed; 2 something keeps them from running.")]
    Doctor(DoctorArgs),
    /// Print what a shell needs to complete command lines
    #[command(after_help = "Examples:\n  \
        shipworthy completions bash > ~/.local/share/bash-completion/completions/shipworthy\n  \
        shipworthy completions zsh > ~/.zfunc/_shipworthy\n  \
        shipworthy completions fish > ~/.config/fish/completions/shipworthy.fish\n\n\
        Exit codes: 0 it is printed.")]
    Completions(CompletionsArgs),
    /// Print a page of the manual, or write all of them
    #[command(after_help = "Examples:\n  shipworthy man > shipworthy.1; man -l shipworthy.1\n  \
        shipworthy man stack check\n  shipworthy man --dir ~/.local/share/man/man1\n\n\
        Exit codes: 0 it is printed or written, 2 there is no such page, or a page cannot be written.")]
    Man(ManArgs),
    /// What the child process runs that compiles a plugin: a component on standard input, its code on standard output.
    /// No user types it, so it is none of the commands that are parsed, completed or described.
    #[command(skip)]
    Compile {
        /// Bytes of address space
        memory: u64,
        /// Seconds of processor time
        seconds: u64,
    },
    /// Print a JSON Schema
    #[command(after_help = "Examples:\n  shipworthy schema environment > environment.schema.json\n  \
        shipworthy schema report\n\nExit codes: 0 it is printed.")]
    Schema {
        /// Of the report that `--format json` prints, of an environment file, of a lock, or of a plugin's descriptor
        #[arg(value_enum)]
        of: SchemaOf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PayloadCommand {
    /// Is the artifact complete and unaltered?
    #[command(after_help = "Examples:\n  shipworthy payload check\n  \
        shipworthy payload check build/artifact.yml --env staging\n  \
        shipworthy payload check --contract 1.3 --format json\n\n\
        Exit codes: 0 passed, 1 failed, 2 usage or configuration.")]
    Check(Box<PayloadArgs>),
    /// Print the sums file of a tree, as `sha256sum` writes it, for an entry's `payload_manifest`
    #[command(after_help = "Examples:\n  shipworthy payload sums out/orders > out/orders/SHA256SUMS\n  \
        cd out/orders && sha256sum -c SHA256SUMS\n\n\
        The file that is written to is left out. Files only, in the order of their names; a tree that `payload check`\n\
        refuses under every policy is refused here.")]
    Sums(SumsArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum StackCommand {
    /// Does the running stack match what is required?
    #[command(after_help = "Examples:\n  shipworthy stack check --env staging\n  \
        shipworthy stack check artifact.yml --env staging --only gateway\n  \
        shipworthy stack check artifact.yml --env staging --record run.json\n\n\
        Exit codes: 0 passed, 2 usage or configuration, 3 incompatible, 4 could not be determined.")]
    Check(Box<StackArgs>),
    /// Print the `runtime_stack` of what is observed now, to paste into a manifest; nothing is judged
    #[command(after_help = "Examples:\n  shipworthy stack capture --env staging\n  \
        shipworthy stack capture --env staging --only gateway\n  \
        shipworthy stack capture --env staging --replay run.json\n\n\
        Exit codes: 0 a block was printed, 2 usage or configuration, 4 something was not observed (a block\n\
        that is printed says what), or there is no block: the mode was not observed or is contradictory.")]
    Capture(Box<CaptureArgs>),
}

// The values of these enums carry no doc comments: one of them would make clap spread `--help` over twice the lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaOf {
    Report,
    Environment,
    Lock,
    Descriptor,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The artifact's manifest
    #[arg(default_value = "artifact.yml")]
    pub(crate) artifact: PathBuf,
    /// Environment: a name, of environments/NAME.toml here or above, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: String,
    #[command(flatten)]
    pub(crate) payload: PayloadFlags,
    #[command(flatten)]
    pub(crate) stack: StackFlags,
    #[command(flatten)]
    pub(crate) part: PartFlags,
    #[command(flatten)]
    pub(crate) judging: JudgingFlags,
    #[command(flatten)]
    pub(crate) output: OutputFlags,
    /// Run this if the deploy may go ahead, and return its status; the report goes to standard error
    #[arg(last = true, value_name = "COMMAND", help_heading = None::<&str>)]
    pub(crate) command: Vec<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct PayloadArgs {
    /// The artifact's manifest
    #[arg(default_value = "artifact.yml")]
    pub(crate) artifact: PathBuf,
    /// Environment whose `[payload]` the artifact must meet
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    #[command(flatten)]
    pub(crate) payload: PayloadFlags,
    #[command(flatten)]
    pub(crate) judging: JudgingFlags,
    #[command(flatten)]
    pub(crate) output: OutputFlags,
}

#[derive(Debug, Args)]
pub(crate) struct SumsArgs {
    /// The folder that is to be an entry's `artifact_root`
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct StackArgs {
    /// The artifact's manifest; without it only the environment's own requirements are judged
    pub(crate) artifact: Option<PathBuf>,
    /// Environment: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: String,
    /// Generation of the contract
    #[arg(long, value_name = "1.0|1.1|1.2|1.3|auto", value_parser = parse::<Choice>)]
    pub(crate) contract: Option<Choice>,
    #[command(flatten)]
    pub(crate) stack: StackFlags,
    #[command(flatten)]
    pub(crate) part: PartFlags,
    #[command(flatten)]
    pub(crate) judging: JudgingFlags,
    #[command(flatten)]
    pub(crate) output: OutputFlags,
}

#[derive(Debug, Args)]
pub(crate) struct CaptureArgs {
    /// Environment: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: String,
    #[command(flatten)]
    pub(crate) stack: StackFlags,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Payload")]
pub(crate) struct PayloadFlags {
    /// Generation of the contract
    #[arg(long, value_name = "1.0|1.1|1.2|1.3|auto", value_parser = parse::<Choice>)]
    pub(crate) contract: Option<Choice>,
    /// File of KEY=VALUE lines that must have every required secret; values are never kept
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_env: Option<PathBuf>,
    /// Digest of the manifest that was reviewed
    #[arg(long, value_name = "HEX", value_parser = parse::<Sha256>)]
    pub(crate) artifact_sha256: Option<Sha256>,
    #[command(flatten)]
    pub(crate) signers: SignerFlags,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Stack")]
pub(crate) struct StackFlags {
    /// Look at these services only
    #[arg(long, value_name = "SERVICE", value_parser = parse::<Service>)]
    pub(crate) only: Vec<Service>,
    /// Time for the whole stack side, such as 30s
    #[arg(long, value_name = "TIME", value_parser = parse::<Span>)]
    pub(crate) timeout: Option<Span>,
    /// Write what the probes were told to a file that is its owner's alone
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Tell the probes what a recording holds instead of asking services
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) plugins: PluginFlags,
    #[arg(skip)]
    pub(crate) partition: Option<Partition>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Judging")]
pub(crate) struct JudgingFlags {
    /// How hard to take what the contract leaves open [default: the environment's, else strict]
    #[arg(long, value_name = "strict|warn", value_parser = parse::<Policy>)]
    pub(crate) policy: Option<Policy>,
    /// Skip a rule in this run; it stays in the report with the reason
    #[arg(long, value_name = "RULE=REASON", value_parser = parse::<Skip>)]
    pub(crate) skip: Vec<Skip>,
    /// Let warnings count as failures: each takes the exit code of its side
    #[arg(long, value_name = "warn", value_enum)]
    pub(crate) fail_on: Option<FailOnArg>,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputFlags {
    /// On standard output: human, json, junit, sarif, github, markdown or html
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub(crate) format: Format,
    /// Write the report to a file as well; repeatable
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse::<OutputFile>)]
    pub(crate) output: Vec<OutputFile>,
    /// Show only what needs attention, and the verdict
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show what each result rests on
    #[arg(long, short, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// With the rules of this environment's plugins: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A rule's id, such as payload.path; or a class or exit code of a report, such as timed-out
    pub(crate) rule: String,
    /// Also among the rules of this environment's plugins: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}

/// `RULE=REASON`.
#[derive(Clone, Debug)]
pub(crate) struct Skip {
    pub(crate) rule: RuleId,
    pub(crate) reason: String,
}

impl FromStr for Skip {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rule, reason) = text.split_once('=').unwrap_or((text, ""));
        let parsed = rule.trim().parse::<RuleId>().map_err(|error| {
            let known = shipworthy_contract::rules::all().map(|rule| rule.id);
            match shipworthy_contract::suggest::nearest(rule.trim(), known) {
                Some(near) => format!("{error}; did you mean `{near}`?"),
                None => error.to_string(),
            }
        })?;
        if reason.trim().is_empty() {
            return Err("expected RULE=REASON: a rule is skipped for a reason, which the report shows".to_owned());
        }
        Ok(Self { rule: parsed, reason: reason.trim().to_owned() })
    }
}

fn parse<T: FromStr>(text: &str) -> Result<T, String>
where
    T::Err: ToString,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_skip_needs_a_known_rule_and_a_reason() {
        assert!("stack.mode=known until Friday".parse::<Skip>().is_ok());
        assert!("stack.gateway.healthy=restart".parse::<Skip>().is_ok());
        assert!("stack.mode=".parse::<Skip>().is_err());
        assert!("stack.mode".parse::<Skip>().is_err());
        let error = "stack.mod=x".parse::<Skip>().unwrap_err();
        assert!(error.ends_with("did you mean `stack.mode`?"), "{error}");
    }
}
