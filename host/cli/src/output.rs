//! The one place that writes: standard output for what was asked for, standard error for everything else, files
//! atomically. A closed pipe is not an error; a file that cannot be written is.

mod manifest;
mod places;
mod relative;

use std::{
    cell::LazyCell,
    io::{IsTerminal as _, Write as _},
    path::Path,
    sync::OnceLock,
    time::Duration,
};

use shipworthy_contract::{Explain, Report};
use shipworthy_report::human;

use crate::{
    args::{Format, LookFlags, OutputFile, OutputFlags},
    interrupt::settled,
    refusal::{Refusal, UsageError},
    replace::{Readers, replace},
};

pub(crate) use places::{are_apart, spare_environment};

/// Columns where standard output is not a terminal.
const DEFAULT_WIDTH: usize = 100;

/// Where the report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

impl Stream {
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Out => std::io::stdout().is_terminal(),
            Self::Err => std::io::stderr().is_terminal(),
        }
    }

    /// Writes bytes that are no text for people, to their last one. Nobody is told if nobody reads.
    pub(crate) fn write_bytes(self, bytes: &[u8]) -> std::io::Result<()> {
        let written = match self {
            Self::Out => std::io::stdout().write_all(bytes).and_then(|()| std::io::stdout().flush()),
            Self::Err => std::io::stderr().write_all(bytes),
        };
        written.or_else(|error| if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
    }

    /// Writes what is told beside the answer, which [`print()`] writes: nobody is told if it does not arrive.
    pub(crate) fn write(self, text: &str) {
        if let Err(error) = self.write_bytes(text.as_bytes()) {
            tracing::debug!(%error, "nobody reads the output");
        }
    }
}

/// Writes an answer to standard output.
///
/// # Errors
/// If it does not arrive whole, as on a full disk. That nobody reads is no error.
pub(crate) fn print(text: &str) -> Result<(), UsageError> {
    Stream::Out.write_bytes(text.as_bytes()).map_err(UsageError::StandardOutput)
}

/// Writes every `--output` that can be written, then shows the report as the flags say. Where one cannot be written the
/// others are, each that cannot is told, and nothing is shown: what looks like a whole report is one.
pub(crate) fn publish(report: &Report, flags: &OutputFlags, stream: Stream, elapsed: Duration) -> Result<(), Refusal> {
    settled();
    places::spare_trees(flags, report)?;
    let mut formats = flags.output.iter().map(|output| output.format).chain([flags.format]);
    let source = if formats.any(|format| format == Format::Human) { manifest::source(report) } else { None };
    let shown = human::Options { source: source.as_ref(), ..options(flags, stream, elapsed) };
    let plain = human::Options { color: false, unicode: true, width: DEFAULT_WIDTH, ..shown };
    // Made once, for all forms that are read beside the files of a checkout.
    let in_folder = LazyCell::new(|| relative::to_folder(report));
    let render = |format, options: &human::Options<'_>| match format {
        Format::Human => human::render(report, options),
        Format::Json => shipworthy_report::json::render(report),
        Format::Junit => shipworthy_report::junit::render(&in_folder),
        Format::Sarif => shipworthy_report::sarif::render(&in_folder),
        Format::Github => shipworthy_report::github::render(&in_folder),
        Format::Markdown => shipworthy_report::markdown::render(&in_folder),
        Format::Html => shipworthy_report::html::render(&in_folder),
    };
    let write = |output: &OutputFile| {
        let written = write_atomically(&output.file, &render(output.format, &plain), "report");
        written.map_err(|error| Box::new(error) as Box<dyn Explain>).err()
    };
    let errors: Vec<Box<dyn Explain>> = flags.output.iter().filter_map(write).collect();
    if !errors.is_empty() {
        return Err(Refusal { errors });
    }
    let shown = render(flags.format, &shown);
    let written = stream.write_bytes(shown.as_bytes());
    Ok(written.map_err(|source| match stream {
        Stream::Out => UsageError::StandardOutput(source),
        Stream::Err => UsageError::StandardError(source),
    })?)
}

fn options(flags: &OutputFlags, stream: Stream, elapsed: Duration) -> human::Options<'static> {
    human::Options {
        color: color(stream),
        unicode: unicode(),
        verbose: flags.verbose,
        quiet: flags.quiet,
        width: width(stream),
        plain: plain(),
        elapsed,
        source: None,
    }
}

/// What the command line asks for. It holds for all that is written, also for what is written of a command line that
/// cannot be used, so it is kept beside the streams rather than handed through every command.
static ASKED: OnceLock<LookFlags> = OnceLock::new();

/// Keeps what the command line asks for; the first time counts.
pub(crate) fn ask(look: LookFlags) {
    ASKED.get_or_init(|| look);
}

fn asked() -> LookFlags {
    ASKED.get().copied().unwrap_or_default()
}

/// Colour only on a terminal, with `NO_COLOR` unset or empty, without `--no-color`, and a terminal that can.
#[expect(clippy::disallowed_methods, reason = "NO_COLOR and TERM are how a terminal is asked")]
pub(crate) fn color(stream: Stream) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !asked().no_color && !unwanted && !dumb && stream.is_terminal()
}

/// Whether all that people read is to be spoken: `--plain` or `SHIPWORTHY_PLAIN=1`.
pub(crate) fn plain() -> bool {
    asked().plain || crate::set::says_yes("SHIPWORTHY_PLAIN")
}

/// Whether a terminal can write over its own line.
#[expect(clippy::disallowed_methods, reason = "TERM is how a terminal is asked")]
pub(crate) fn can_redraw() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether the locale says UTF-8. Where it says nothing, as in most containers, UTF-8 is what is there.
#[expect(clippy::disallowed_methods, reason = "the locale is how a terminal's character set is asked")]
pub(crate) fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty())
        .map(|value| value.to_string_lossy().to_ascii_lowercase());
    locale.is_none_or(|locale| locale.contains("utf-8") || locale.contains("utf8"))
}

pub(crate) fn width(stream: Stream) -> usize {
    let size = match stream {
        Stream::Out => terminal_size::terminal_size_of(std::io::stdout()),
        Stream::Err => terminal_size::terminal_size_of(std::io::stderr()),
    };
    size.map_or(DEFAULT_WIDTH, |(terminal_size::Width(width), _)| usize::from(width)).clamp(40, 200)
}

/// A file that is written whole or not at all.
pub(crate) fn write_atomically(file: &Path, text: &str, what: &'static str) -> Result<(), UsageError> {
    let written = replace(file, Readers::Usual, |out| out.write_all(text.as_bytes()));
    written.map_err(|source| UsageError::Write { what, file: file.to_owned(), source })
}

/// Makes a folder that files are to be written to, with those above it.
#[expect(clippy::disallowed_methods, reason = "the door to folders that the command line names")]
pub(crate) fn make_folder(folder: &Path, what: &'static str) -> Result<(), UsageError> {
    std::fs::create_dir_all(folder).map_err(|source| UsageError::Write { what, file: folder.to_owned(), source })
}

/// How text for people looks on a stream.
pub(crate) fn look(stream: Stream) -> shipworthy_report::Look {
    shipworthy_report::Look { color: color(stream), unicode: unicode(), width: width(stream), plain: plain() }
}
