//! `plugin`: what can be done with a plugin outside of a check.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use shipworthy_kit::{Language, name::Name};

use super::{
    Form, SignArgs, VerifyArgs, parse,
    registry::{PullArgs, PushArgs},
    sets::{ListArgs, LockArgs},
};

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Write the project of a new probe, which builds and passes its tests
    #[command(after_help = "Examples:\n  shipworthy plugin new orders --lang rust\n  \
        shipworthy plugin new orders --lang python --dir probes/orders\n\n\
        Exit codes: 0 it is written, 2 it is not.")]
    New(NewArgs),
    /// Build a project with its language's toolchain, descriptor included
    #[command(after_help = "Examples:\n  shipworthy plugin build\n  \
        shipworthy plugin build probes/orders --out plugins/orders.wasm\n\n\
        Exit codes: 0 it is built and can be used, 2 it cannot.")]
    Build(BuildArgs),
    /// Run a probe against a recording or a scripted stack, and compare
    #[command(after_help = "Examples:\n  shipworthy plugin test\n  shipworthy plugin test --watch\n  \
        shipworthy plugin test --case tests/healthy.toml\n  \
        shipworthy plugin test --format junit --output json=tests.json\n  \
        shipworthy plugin test plugins/orders.wasm --case tests/recorded.toml\n\n\
        Exit codes: 0 all passed, 2 usage, or nothing could be built or run, 3 a test failed, 4 of one it cannot be told.")]
    Test(TestArgs),
    /// Who a plugin is, what it needs, what it is granted; nothing is run
    #[command(after_help = "Examples:\n  shipworthy plugin inspect plugins/orders.wasm\n  \
        shipworthy plugin inspect plugins/orders.wasm --env staging\n  \
        shipworthy plugin inspect builtin:gateway --format json\n\n\
        Exit codes: 0 it can be used, 2 it cannot: it is refused, or the environment lacks what it needs.")]
    Inspect(InspectArgs),
    /// Fetch a plugin from a registry, with what is attached to it
    #[command(after_help = "Examples:\n  shipworthy plugin pull oci://registry.example/plugins/orders:1.2.0\n  \
        shipworthy plugin pull oci://registry.example/plugins/orders:1.2.0 --output plugins/orders.wasm\n\n\
        Its reference with its digest goes to standard output.\n\
        Exit codes: 0 it is here, whole and as the registry's digest says, 2 it is not.")]
    Pull(PullArgs),
    /// Push a plugin to a registry as a standard Wasm OCI artifact
    #[command(after_help = "Examples:\n  \
        shipworthy plugin push plugins/orders.wasm oci://registry.example/plugins/orders:1.2.0\n\n\
        Its reference with its digest goes to standard output, for an environment. wkg and oras read it too.\n\
        Exit codes: 0 it is there, 2 it is not.")]
    Push(PushArgs),
    /// Which plugins environments run: from where, pinned, signed, allowed
    #[command(after_help = "Examples:\n  shipworthy plugin list\n  shipworthy plugin list --env staging --newer\n\n\
        Exit codes: 0 all can be used, 2 one cannot, which is listed with its reason.")]
    List(ListArgs),
    /// Write shipworthy.lock: what each environment may run, by digest
    #[command(
        after_help = "Examples:\n  shipworthy plugin lock\n  shipworthy plugin lock --env staging --update agent\n  \
        shipworthy plugin lock --accept gateway:'http POST /x'\n  shipworthy plugin lock --check\n\n\
        Exit codes: 0 the lock is there, 2 it is not: a plugin cannot be had or used, or may do more than what was\n\
        locked, which has to be approved line by line."
    )]
    Lock(LockArgs),
    /// Sign a file by key, as cosign does: a bundle beside it
    #[command(after_help = "Examples:\n  shipworthy plugin sign plugins/orders.wasm --key release.key\n  \
        shipworthy plugin sign artifact.yml --key cosign.key\n\n\
        Exit codes: 0 it is signed, 2 it is not.")]
    Sign(SignArgs),
    /// Whether a file is signed by one of these keys; cosign's count too
    #[command(after_help = "Examples:\n  shipworthy plugin verify plugins/orders.wasm --key release.pub\n  \
        shipworthy plugin verify artifact.yml --key release.pub --signature artifact.sig\n\n\
        Exit codes: 0 it is, 2 it is not: not signed, by another key, altered, or not valid.")]
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A component with its descriptor in it or beside it, or builtin:NAME
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Hold its needs against what the probes of this environment are granted: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// What the probe is called: a-z, 0-9 and -, beginning with a letter; its service by default
    #[arg(value_name = "NAME", value_parser = parse::<Name>)]
    pub(crate) name: Name,
    /// The language of its code
    #[arg(long, value_name = "rust|python|go|js", value_parser = parse::<Language>)]
    pub(crate) lang: Language,
    /// Where it is written to [default: a folder NAME here]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// Where the component is written to [default: NAME.wasm in the project]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The language of its code [default: by its files]
    #[arg(long, value_name = "rust|python|go|js", value_parser = parse::<Language>)]
    pub(crate) lang: Option<Language>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// A project, which is built first if its sources are newer than its component; or a component
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Run this test; may be given several times [default: tests/*.toml of the project]
    #[arg(long, value_name = "FILE")]
    pub(crate) case: Vec<PathBuf>,
    /// The language of its code [default: by its files]
    #[arg(long, value_name = "rust|python|go|js", value_parser = parse::<Language>)]
    pub(crate) lang: Option<Language>,
    /// Take the component as it is
    #[arg(long)]
    pub(crate) no_build: bool,
    /// Run again whenever a file of the project changes
    #[arg(long)]
    pub(crate) watch: bool,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TestFormat,
    /// Write the outcome to a file as well; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse::<TestOutput>)]
    pub(crate) output: Vec<TestOutput>,
    /// Show all of what passed too
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    #[default]
    Human,
    Json,
    Junit,
}

/// `FORMAT=FILE`.
#[derive(Clone, Debug)]
pub(crate) struct TestOutput {
    pub(crate) format: TestFormat,
    pub(crate) file: PathBuf,
}

impl FromStr for TestOutput {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').filter(|(_, file)| !file.is_empty());
        let (format, file) = parts.ok_or("expected FORMAT=FILE, such as junit=tests.xml")?;
        let Ok(format) = TestFormat::from_str(format, false) else {
            return Err(format!("expected the format `human`, `json` or `junit` before the `=`, found: {format}"));
        };
        Ok(Self { format, file: file.into() })
    }
}
