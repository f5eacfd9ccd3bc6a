//! How all that people read is to look: reports, pages and errors, of every command.

use std::ffi::OsString;

use clap::Args;

/// Behind the flags of the command itself.
const LAST: usize = 900;

/// They may stand before or after any command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct LookFlags {
    /// No colour, also on a terminal
    #[arg(long, global = true, display_order = LAST)]
    pub(crate) no_color: bool,
    #[arg(
        long,
        global = true,
        display_order = LAST,
        help = "Words instead of symbols and columns [env: SHIPWORTHY_PLAIN]"
    )]
    pub(crate) plain: bool,
}

impl LookFlags {
    /// What the words ask for, the program's name first, where they are no command line: whoever cannot see symbols
    /// cannot see them in an error about the command line either.
    pub(crate) fn raw(words: &[OsString]) -> Self {
        let has = |flag: &str| words.iter().skip(1).take_while(|word| *word != "--").any(|word| word == flag);
        Self { no_color: has("--no-color"), plain: has("--plain") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_started_has_flags_of_its_own() {
        for (words, plain, no_color) in [
            ("shipworthy check --plain", true, false),
            ("shipworthy --no-color chek", false, true),
            ("--plain check -- deploy --no-color", false, false),
        ] {
            let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            assert_eq!(LookFlags::raw(&words), LookFlags { no_color, plain }, "{words:?}");
        }
    }
}
