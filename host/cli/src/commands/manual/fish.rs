//! What clap's crate leaves out of completions for fish: the words of a command that are no flag's, such as rules.

use std::fmt::Write as _;

use clap::Command;

/// A line for each command whose words are choices. Without them fish offers the names of files.
pub(super) fn words(whole: &Command) -> String {
    let mut lines = String::new();
    for command in whole.get_subcommands() {
        let words: Vec<String> = command
            .get_positionals()
            .flat_map(clap::Arg::get_possible_values)
            .map(|value| value.get_name().to_owned())
            .collect();
        if words.is_empty() {
            continue;
        }
        let (program, name) = (whole.get_name(), command.get_name());
        let used = format!("__fish_{program}_using_subcommand {name}");
        // Writing to a `String` cannot fail.
        writeln!(lines, "complete -c {program} -n \"{used}\" -f -a \"{}\"", words.join(" ")).unwrap_or_default();
    }
    lines
}
