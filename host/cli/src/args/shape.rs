//! The command line in the shapes in which it is used: whole for parsing, `--help` and man pages; short for `-h`; and
//! with the words of every choice for completions. All of them come from one definition.

use std::ffi::OsString;

use clap::{
    Command, CommandFactory as _, FromArgMatches as _, ValueHint,
    builder::{PossibleValuesParser, Resettable},
    error::{Error, ErrorKind},
};

use super::{Cli, Command as Known, LookFlags};

/// The first word of the child that compiles.
pub(crate) const COMPILE: &str = "compile-in-child";

/// Flags that `-h` leaves out: it is to fit a terminal of 24 rows, and these are for a few.
const RARE: [&str; 14] = [
    "artifact-key",
    "artifact-sha256",
    "bundle",
    "bundle-key",
    "fail-on",
    "locked",
    "offline",
    "partition",
    "record",
    "replay",
    "secret-env",
    "skip",
    "timeout",
    "verbose",
];

/// A value's name that is longer pushes the help of all flags to lines of their own.
const LONG_NAME: usize = 16;

/// A command with fewer flags is shown whole by `-h`.
const FEW: usize = 12;

/// Parses the words of a command line, the program's name first.
///
/// # Errors
/// What is wrong with it, or the help or version that it asks for.
pub(crate) fn parse(words: &[OsString]) -> Result<Cli, Error> {
    if let Some(command) = compile(words) {
        return Ok(Cli { command, look: LookFlags::default() });
    }
    let matches = Cli::command().try_get_matches_from(words).map_err(|error| {
        let asked_short = words.iter().take_while(|word| *word != "--").any(|word| word == "-h");
        if error.kind() == ErrorKind::DisplayHelp && asked_short {
            short(Cli::command()).try_get_matches_from(words).err().unwrap_or(error)
        } else {
            error
        }
    })?;
    Cli::from_arg_matches(&matches)
}

/// The words that Shipworthy gives to its own child: `compile-in-child MEMORY SECONDS`.
fn compile(words: &[OsString]) -> Option<Known> {
    let [_, command, memory, seconds] = words else { return None };
    let number = |word: &OsString| word.to_str()?.parse().ok();
    (command == COMPILE).then_some(Known::Compile { memory: number(memory)?, seconds: number(seconds)? })
}

/// As `-h` shows it: what most people need, a line each.
fn short(command: Command) -> Command {
    let many = command.get_arguments().count() > FEW;
    let rare = move |long: Option<&str>| many && long.is_some_and(|long| RARE.contains(&long));
    let command = command
        .disable_help_subcommand(true)
        .mut_args(|arg| {
            // Those of every command would stand in the help of every command.
            let hidden = arg.is_hide_set() || arg.is_global_set() || rare(arg.get_long());
            // Without headings, each of which takes two rows.
            let takes = arg.get_action().takes_values();
            let arg = arg.hide(hidden).help_heading(None::<&str>).hide_possible_values(takes);
            let long = arg.get_value_names().and_then(|names| names.first()).is_some_and(|name| name.len() > LONG_NAME);
            if long { arg.value_name("WHICH") } else { arg }
        })
        .mut_subcommands(short);
    let has_examples = command.get_after_help().is_some_and(|help| help.to_string().starts_with("Examples:"));
    if !has_examples {
        return command.after_help(Resettable::Reset);
    }
    let more = if many { "`--help` shows every flag, with examples." } else { "`--help` shows examples." };
    command.after_help(more)
}

/// With the words that each choice takes, and what kind of file: what a shell can complete.
pub(crate) fn complete() -> Command {
    with_words(Cli::command())
}

fn with_words(command: Command) -> Command {
    let of_rules = command.get_name() == "explain";
    let command = command.mut_args(|arg| {
        let name = arg.get_value_names().and_then(|names| names.first()).map(|name| name.as_str().to_owned());
        let Some(name) = name.filter(|_| arg.get_action().takes_values()) else { return arg };
        if of_rules && arg.get_id() == "rule" {
            return arg.value_parser(PossibleValuesParser::new(shipworthy_contract::rules::all().map(|rule| rule.id)));
        }
        match name.as_str() {
            words if words.contains('|') => {
                let words: Vec<&'static str> = CHOICES.iter().copied().filter(|known| has(words, known)).collect();
                if words.is_empty() { arg } else { arg.value_parser(PossibleValuesParser::new(words)) }
            }
            "FILE" | "ARTIFACT" | "PART" | "PATH" => arg.value_hint(ValueHint::FilePath),
            "DIR" => arg.value_hint(ValueHint::DirPath),
            "COMMAND" => arg.value_hint(ValueHint::CommandWithArguments),
            // A name, which the shell does not know, or a file.
            "NAME" if arg.get_long() == Some("env") => arg.value_hint(ValueHint::FilePath),
            _ => arg,
        }
    });
    command.mut_subcommands(with_words)
}

/// Every word of a value's name that is a choice, such as `strict|warn`. A test holds it against the definitions.
const CHOICES: [&str; 13] =
    ["strict", "warn", "1.0", "1.1", "1.2", "1.3", "auto", "rust", "python", "go", "js", "true", "false"];

fn has(words: &str, word: &str) -> bool {
    words.split('|').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command that is not hidden, with the words that lead to it.
    fn walk(command: &Command, path: &[String], visit: &mut dyn FnMut(&[String], &Command)) {
        visit(path, command);
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
            walk(sub, &[path, &[sub.get_name().to_owned()]].concat(), visit);
        }
    }

    fn help(command: &Command) -> String {
        command.get_after_help().map(ToString::to_string).unwrap_or_default()
    }

    /// The lines that begin with the program, below `Examples:`.
    fn examples(command: &Command) -> Vec<String> {
        let text = help(command);
        let lines = text.lines().skip_while(|line| !line.starts_with("Examples:")).skip(1);
        lines.take_while(|line| !line.is_empty()).map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn every_choice_is_known() {
        walk(&Cli::command(), &[], &mut |path, command| {
            for name in command.get_arguments().filter_map(clap::Arg::get_value_names).flatten() {
                for word in name.split('|').filter(|_| name.contains('|')) {
                    assert!(CHOICES.contains(&word), "{path:?}: `{word}` of {name}");
                }
            }
        });
    }

    #[test]
    fn every_rare_flag_is_one() {
        let mut longs = Vec::new();
        walk(&Cli::command(), &[], &mut |_, command| {
            longs.extend(command.get_arguments().filter_map(clap::Arg::get_long).map(str::to_owned));
        });
        for rare in RARE {
            assert!(longs.iter().any(|long| long == rare), "{rare}");
        }
    }

    #[test]
    fn every_command_has_examples_and_each_is_a_command_line() {
        walk(&Cli::command(), &[], &mut |path, command| {
            if command.has_subcommands() {
                return;
            }
            let examples = examples(command);
            let own = format!("shipworthy {}", path.join(" "));
            assert!(examples.iter().any(|line| line.starts_with(&own)), "{path:?} has no example of its own");
            for line in examples.iter().filter(|line| line.starts_with("shipworthy ")) {
                // As far as the shell would hand it on.
                let line = line.split([';', '#', '|']).next().unwrap_or_default();
                let line = line.split(" > ").next().unwrap_or_default().replace('\'', "");
                let accepts = line.contains("--accept");
                let words: Vec<OsString> =
                    if accepts { quoted(&line) } else { line.split_whitespace().map(Into::into).collect() };
                if let Err(error) = parse(&words) {
                    panic!("{path:?}: `{line}`\n{error}");
                }
            }
        });
    }

    /// The one example with blanks inside of a word: `--accept PROBE:'LINE'`, last on its line.
    fn quoted(line: &str) -> Vec<OsString> {
        let (before, last) = line.split_once("--accept ").unwrap();
        before.split_whitespace().chain(["--accept", last.trim()]).map(Into::into).collect()
    }

    #[test]
    fn short_help_parses_what_the_whole_does() {
        short(Cli::command()).debug_assert();
        complete().debug_assert();
    }
}
