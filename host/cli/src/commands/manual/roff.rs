//! One page of the manual: clap's own sections, and those that a manual has beside them.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};
use clap_mangen::Man;

use crate::clock::MADE;

/// What holds for every command.
const VARIABLES: [(&str, &str); 9] = [
    ("XDG_CACHE_HOME", "where compiled plugins and those of registries are kept, in shipworthy/; else ~/.cache"),
    ("DOCKER_CONFIG", "folder of docker's config.json, from which registries' credentials come; else ~/.docker"),
    ("CI", "if set, a check of an environment without shipworthy.lock is refused (--locked)"),
    ("SHIPWORTHY_OFFLINE", "if set, no registry is reached"),
    ("SHIPWORTHY_LOG", "which of its own log lines go to standard error, such as debug"),
    ("SHIPWORTHY_KEY_PASSWORD", "the password of a private key for plugin sign; else COSIGN_PASSWORD"),
    ("SHIPWORTHY_PLAIN", "if 1, words instead of symbols and columns, as with --plain"),
    ("NO_COLOR", "if set, no colour, as with --no-color"),
    ("LC_ALL, LC_CTYPE, LANG", "if they name a character set that is not UTF-8, pages are written in ASCII"),
];

const FILES: [(&str, &str); 6] = [
    ("artifact.yml", "the artifact's manifest"),
    ("artifact.yml.sigstore.json, artifact.yml.sig", "its signature"),
    ("environments/NAME.toml", "an environment, looked for from the current folder upwards"),
    ("environments/shipworthy.lock", "the plugins that environments may run, by digest"),
    ("~/.cache/shipworthy/compiled", "compiled plugins"),
    ("~/.cache/shipworthy/store", "plugins of registries, by digest"),
];

/// Where a command does not say what it makes of them.
const STATUS: [(&str, &str); 8] = [
    ("0", "passed, or done"),
    ("1", "the payload contract failed"),
    ("2", "usage or configuration: nothing was judged, nothing was done"),
    ("3", "the stack is incompatible"),
    ("4", "something that is required could not be determined"),
    ("125", "with a command after --: it was not started"),
    ("126, 127", "with a command after --: it cannot be run, or is not there"),
    ("130, 143", "interrupted, by Ctrl-C or by SIGTERM: nothing was judged"),
];

/// A section that clap's crate writes.
type Part = fn(&Man, &mut dyn std::io::Write) -> std::io::Result<()>;

/// The page of one command of a tree that was built.
pub(super) fn page(command: &Command) -> String {
    let version = format!("shipworthy {}", env!("CARGO_PKG_VERSION"));
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let man = Man::new(command.clone()).title(name.to_uppercase()).date(MADE).source(version).manual("Shipworthy");
    let mut bytes = Vec::new();
    // Writing to a vector cannot fail.
    let parts: [Part; 4] =
        [Man::render_title, Man::render_name_section, Man::render_description_section, Man::render_options_section];
    for (at, part) in parts.into_iter().enumerate() {
        if at == 2 {
            bytes.extend(synopsis(command).bytes());
        }
        part(&man, &mut bytes).unwrap_or_default();
    }
    if command.get_subcommands().any(|sub| !sub.is_hide_set()) {
        man.render_subcommands_section(&mut bytes).unwrap_or_default();
    }
    let mut page = String::from_utf8_lossy(&bytes).into_owned();
    let help = Help::of(command);
    status(&mut page, help.status.as_deref());
    section(&mut page, "ENVIRONMENT", &VARIABLES);
    section(&mut page, "FILES", &FILES);
    if !help.notes.is_empty() {
        heading(&mut page, "NOTES");
        line(&mut page, &escaped(&help.notes.join(" ")));
    }
    if !help.examples.is_empty() {
        heading(&mut page, "EXAMPLES");
        page.push_str(".nf\n");
        for example in &help.examples {
            line(&mut page, &escaped(example));
        }
        page.push_str(".fi\n");
    }
    see_also(&mut page, command, &name);
    page
}

/// The command's name, its flags with what they take, and its words. What clap's crate writes leaves out what they take.
fn synopsis(command: &Command) -> String {
    let mut words = vec![bold(command.get_bin_name().unwrap_or_else(|| command.get_name()))];
    let (needed, other): (Vec<&Arg>, Vec<&Arg>) = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && !arg.is_positional())
        .partition(|arg| arg.is_required_set());
    words.extend(needed.into_iter().chain(other).map(flag));
    words.extend(command.get_positionals().filter(|arg| !arg.is_hide_set()).map(word));
    if command.get_subcommands().any(|sub| !sub.is_hide_set()) {
        words.push("\\fICOMMAND\\fR".to_owned());
    }
    let mut section = String::new();
    heading(&mut section, "SYNOPSIS");
    line(&mut section, &words.join(" "));
    section
}

fn flag(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| bold(&format!("-{short}")));
    let long = arg.get_long().map(|long| bold(&format!("--{long}")));
    let name = short.into_iter().chain(long).collect::<Vec<_>>().join("|");
    let taken = if arg.get_action().takes_values() { format!(" {}", value(arg)) } else { String::new() };
    let more = if matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
    optional(arg, &format!("{name}{taken}")) + more
}

fn word(arg: &Arg) -> String {
    let before = if arg.is_last_set() { "\\-\\- " } else { "" };
    let more = if matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
    optional(arg, &format!("{before}{}{more}", value(arg)))
}

fn optional(arg: &Arg, text: &str) -> String {
    if arg.is_required_set() { text.to_owned() } else { format!("[{text}]") }
}

fn value(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default().join(" ");
    format!("\\fI{}\\fR", escaped(if names.is_empty() { arg.get_id().as_str() } else { &names }))
}

fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

/// The parts of what stands below a command's flags in its help.
#[derive(Default)]
struct Help {
    examples: Vec<String>,
    status: Option<String>,
    notes: Vec<String>,
}

impl Help {
    fn of(command: &Command) -> Self {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let mut help = Self::default();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line == "Examples:" {
                while let Some(example) = lines.next_if(|line| line.starts_with("  ")) {
                    help.examples.push(example.trim().to_owned());
                }
            } else if !line.trim().is_empty() {
                help.notes.push(line.trim().to_owned());
            }
        }
        let notes = help.notes.join(" ");
        if let Some((before, status)) = notes.split_once("Exit codes: ") {
            help.status = Some(status.to_owned());
            help.notes = Some(before.trim().to_owned()).filter(|text| !text.is_empty()).into_iter().collect();
        }
        help
    }
}

fn status(page: &mut String, own: Option<&str>) {
    match own {
        Some(own) => {
            heading(page, "EXIT STATUS");
            line(page, &escaped(own));
        }
        None => section(page, "EXIT STATUS", &STATUS),
    }
}

fn section(page: &mut String, title: &str, rows: &[(&str, &str)]) {
    heading(page, title);
    for (name, text) in rows {
        page.push_str(".TP\n");
        line(page, &bold(name));
        line(page, &escaped(text));
    }
}

fn see_also(page: &mut String, command: &Command, name: &str) {
    heading(page, "SEE ALSO");
    let mut pages: Vec<String> = command
        .get_subcommands()
        .filter(|sub| !sub.is_hide_set())
        .map(|sub| format!("{name}-{}", sub.get_name()))
        .collect();
    if let Some((above, _)) = name.rsplit_once('-') {
        pages.insert(0, above.to_owned());
    }
    let pages: Vec<String> = pages.iter().map(|page| format!("\\fB{}\\fR(1)", escaped(page))).collect();
    line(page, &pages.join(", "));
}

fn heading(page: &mut String, title: &str) {
    line(page, &format!(".SH \"{title}\""));
}

fn line(page: &mut String, text: &str) {
    // Writing to a `String` cannot fail.
    writeln!(page, "{text}").unwrap_or_default();
}

/// Text that roff shows as it is.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('`', "\\(ga");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_a_request() {
        assert_eq!(escaped(".so x"), "\\&.so x");
        assert_eq!(escaped("it's a-b\\n"), "it\\(aqs a\\-b\\en");
    }

    #[test]
    fn help_is_taken_apart() {
        let command = Command::new("x").after_help("Examples:\n  x a\n  x b\n\nA note.\nExit codes: 0 done, 2 not.");
        let help = Help::of(&command);
        assert_eq!(help.examples, ["x a", "x b"]);
        assert_eq!(help.status.as_deref(), Some("0 done, 2 not."));
        assert_eq!(help.notes, ["A note."]);
    }
}
