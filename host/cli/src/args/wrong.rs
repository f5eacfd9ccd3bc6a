//! What is wrong with a command line, in the form of every other error.

use std::{ffi::OsString, fmt};

use clap::{
    Arg, Command, CommandFactory as _,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};
use shipworthy_contract::{Explain, Fault, suggest};

use super::Cli;

/// A command line that cannot be used.
#[derive(Debug)]
pub(crate) struct Wrong {
    text: String,
    help: Vec<String>,
    code: &'static str,
}

impl Wrong {
    /// What the parser found, in the command that these words, the program's name first, had reached.
    pub(crate) fn new(error: &Error, words: &[OsString]) -> Self {
        let mut whole = Cli::command();
        whole.build();
        let reached = reached(&whole, words);
        let mut wrong = Self::of(error, reached, &|flag| owner(&whole, words, flag));
        let usage = reached.clone().render_usage().to_string();
        let usage = usage.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
        wrong.help.push(format!("usage: {usage}"));
        wrong.help.push(format!("`{} --help` says more", reached.get_bin_name().unwrap_or("shipworthy")));
        wrong
    }

    fn of(error: &Error, command: &Command, owner: &dyn Fn(&str) -> Option<String>) -> Self {
        let said = |kind| error.get(kind).map(words_of).unwrap_or_default();
        let arg = || plain(&said(ContextKind::InvalidArg).join(", "));
        let value = || said(ContextKind::InvalidValue).join(" ");
        let (text, help, code) = match error.kind() {
            ErrorKind::UnknownArgument => unknown(&arg(), &said(ContextKind::SuggestedArg), command, owner),
            ErrorKind::InvalidSubcommand => {
                let asked = said(ContextKind::InvalidSubcommand).join(" ");
                let known: Vec<&str> = visible(command).collect();
                let text = format!("unknown command `{asked}`");
                (text, vec![meant_or_all(&asked, &known, "commands")], "usage.command")
            }
            ErrorKind::InvalidValue => of_choice(&arg(), &value(), &said(ContextKind::ValidValue)),
            ErrorKind::ValueValidation => of_value(&arg(), &value(), error),
            ErrorKind::NoEquals => (format!("`{}`: expected `=` before its value", arg()), Vec::new(), "usage.value"),
            ErrorKind::TooFewValues | ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => {
                (format!("`{}`: too many or too few values", arg()), Vec::new(), "usage.value")
            }
            ErrorKind::ArgumentConflict => {
                let prior = plain(&said(ContextKind::PriorArg).join("`, `"));
                if prior == arg() || prior.is_empty() {
                    (format!("`{}` may be given once only", arg()), Vec::new(), "usage.conflict")
                } else {
                    (format!("`{}` cannot be used together with `{prior}`", arg()), Vec::new(), "usage.conflict")
                }
            }
            ErrorKind::MissingRequiredArgument => missing(&plain(&said(ContextKind::InvalidArg).join("`, `")), command),
            ErrorKind::MissingSubcommand => {
                let known = visible(command).collect::<Vec<_>>().join(", ");
                ("expected a command".to_owned(), vec![format!("commands: {known}")], "usage.command")
            }
            // Words that are not UTF-8, and what a later version of the parser may find.
            _ => (first_line(error), Vec::new(), "usage.words"),
        };
        Self { text, help, code }
    }
}

/// Text, what to do, and code.
type Said = (String, Vec<String>, &'static str);

/// One of a few words, or none at all.
fn of_choice(arg: &str, value: &str, known: &[String]) -> Said {
    let all = known.join(", ");
    if value.is_empty() {
        let help = (!known.is_empty()).then(|| format!("values: {all}"));
        return (format!("expected a value after `{arg}`, found none"), help.into_iter().collect(), "usage.value");
    }
    let near = suggest::nearest(value, known.iter().map(String::as_str));
    let help = near.map(|near| format!("did you mean `{near}`?"));
    (format!("`{arg}`: expected one of {all}, found: {value}"), help.into_iter().collect(), "usage.value")
}

/// A value that its own reader refuses. It may say already what was meant.
fn of_value(arg: &str, value: &str, error: &Error) -> Said {
    let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    if let Some((why, near)) = why.split_once("; did you mean ") {
        return (format!("`{arg}`: {why}"), vec![format!("did you mean {near}")], "usage.value");
    }
    let words: Vec<&str> = arg.rsplit(' ').next().unwrap_or_default().split('|').collect();
    let near = suggest::nearest(value, words.iter().copied().filter(|_| words.len() > 1));
    let near = near.map(str::to_owned).or_else(|| suggest::meant(&why));
    let untold = words.len() > 1 && !words.iter().all(|word| why.contains(word));
    let values = || untold.then(|| format!("values: {}", words.join(", ")));
    let help = near.map(|near| format!("did you mean `{near}`?")).or_else(values);
    let why = if why.contains("found") { why } else { format!("{why}, found: {value}") };
    (format!("`{arg}`: {why}"), help.into_iter().collect(), "usage.value")
}

fn missing(missing: &str, command: &Command) -> Said {
    let mut help = Vec::new();
    if missing.contains("--env") {
        help.push("`shipworthy env list` shows those that there are".to_owned());
    }
    for arg in command.get_arguments().filter(|arg| missing == plain(&arg.to_string())) {
        let values: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        help.extend((!values.is_empty()).then(|| format!("values: {}", values.join(", "))));
    }
    (format!("expected `{missing}`, found none"), help, "usage.missing")
}

fn unknown(arg: &str, suggested: &[String], command: &Command, owner: &dyn Fn(&str) -> Option<String>) -> Said {
    if !arg.starts_with('-') {
        let text = format!("expected no further word, found: {arg}");
        let known: Vec<&str> = visible(command).collect();
        let near = suggest::nearest(arg, known.iter().copied());
        return (text, near.map(|near| format!("did you mean `{near}`?")).into_iter().collect(), "usage.word");
    }
    let name = arg.split('=').next().unwrap_or(arg);
    if let Some(owner) = owner(name) {
        return (format!("unknown flag `{arg}`"), vec![format!("`{name}` goes after `{owner}`")], "usage.flag");
    }
    let longs: Vec<String> = command.get_arguments().filter_map(|arg| Some(format!("--{}", arg.get_long()?))).collect();
    let longs: Vec<&str> = longs.iter().map(String::as_str).collect();
    // The parser may suggest the flag itself, where another command has it.
    let near = suggested.first().map(|near| plain(near));
    let help = match near.filter(|near| near.split(' ').next() != Some(name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => meant_or_all(name, &longs, "flags"),
    };
    (format!("unknown flag `{arg}`"), vec![help], "usage.flag")
}

/// The nearest, else all that there are.
fn meant_or_all(asked: &str, known: &[&str], what: &str) -> String {
    match suggest::nearest(asked, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{what}: {}", known.join(", ")),
    }
}

fn visible(command: &Command) -> impl Iterator<Item = &str> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(Command::get_name)
}

/// The command behind a flag that has it, by its words: `stack check` for `shipworthy --only gateway stack check`.
fn owner(whole: &Command, words: &[OsString], flag: &str) -> Option<String> {
    let mut path = Vec::new();
    let mut command = whole;
    let mut passed = false;
    for word in words.iter().skip(1).take_while(|word| *word != "--").filter_map(|word| word.to_str()) {
        passed |= word.split('=').next() == Some(flag);
        // What is no command is the value of a flag.
        let Some(next) = command.find_subcommand(word) else { continue };
        path.push(next.get_name());
        command = next;
        if passed && command.get_arguments().any(|arg| is_called(arg, flag)) {
            return Some(path.join(" "));
        }
    }
    None
}

fn is_called(arg: &Arg, flag: &str) -> bool {
    let long = arg.get_long().is_some_and(|long| flag.strip_prefix("--") == Some(long));
    long || arg.get_short().is_some_and(|short| flag.strip_prefix('-') == Some(short.encode_utf8(&mut [0; 4])))
}

/// The command that the words lead to, as far as they name any.
fn reached<'a>(whole: &'a Command, words: &[OsString]) -> &'a Command {
    let words = words.iter().skip(1).take_while(|word| *word != "--").filter_map(|word| word.to_str());
    let mut command = whole;
    for word in words.filter(|word| !word.starts_with('-')) {
        match command.find_subcommand(word) {
            Some(next) => command = next,
            None => break,
        }
    }
    command
}

fn words_of(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(word) => vec![word.clone()],
        ContextValue::Strings(words) => words.clone(),
        _ => Vec::new(),
    }
}

/// `--env <NAME>` as `--env NAME`.
fn plain(arg: &str) -> String {
    arg.replace(['<', '>'], "")
}

fn first_line(error: &Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Wrong {}

impl Explain for Wrong {
    fn code(&self) -> &'static str {
        self.code
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some(self.help.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_before_its_command_is_told_where_it_goes() {
        for (words, help) in [
            ("shipworthy --quiet check", "`--quiet` goes after `check`"),
            ("shipworthy -q stack check", "`-q` goes after `stack check`"),
            ("shipworthy stack --only=gateway check", "`--only` goes after `stack check`"),
            ("shipworthy --env staging check", "`--env` goes after `check`"),
            ("shipworthy --quite check", "did you mean `--quiet`?"),
            ("shipworthy check --env x --quite", "did you mean `--quiet`?"),
            ("shipworthy payload check --only x", "did you mean `--policy`?"),
        ] {
            let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            let error = super::super::parse_words(&words).unwrap_err();
            let wrong = Wrong::new(&error, &words);
            assert_eq!(wrong.help.first().map(String::as_str), Some(help), "{words:?}");
        }
    }
}
