//! `shipworthy completions` and `shipworthy man`.

mod fish;
mod roff;

use std::path::Path;

use clap::{Command, CommandFactory as _};
use shipworthy_contract::{Explain, Fault, suggest, text::excerpt};

use crate::{
    args::{Cli, CompletionsArgs, ManArgs, Shell, complete},
    output::{make_folder, print, write_atomically},
    refusal::{Refusal, UsageError},
};

/// No command is called so.
#[derive(Debug, thiserror::Error)]
#[error("there is no manual page for: shipworthy {}", excerpt(asked, 80))]
struct NoPage {
    asked: String,
    nearest: Option<String>,
    known: Vec<String>,
}

/// `completions SHELL`.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<(), UsageError> {
    let shell = match args.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Powershell => clap_complete::Shell::PowerShell,
        Shell::Elvish => clap_complete::Shell::Elvish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut complete(), "shipworthy", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if matches!(args.shell, Shell::Fish) {
        script.push_str(&fish::words(&complete()));
    }
    print(&script)
}

/// `man [WORD]... [--dir DIR]`.
pub(crate) fn man(args: &ManArgs) -> Result<(), Refusal> {
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    if let Some(dir) = &args.dir {
        make_folder(dir, "manual page")?;
        return write_all(&whole, dir);
    }
    let mut command = &whole;
    for word in &args.words {
        match command.get_subcommands().find(|sub| sub.get_name() == word && !sub.is_hide_set()) {
            Some(sub) => command = sub,
            None => return Err(no_page(command, args, word).into()),
        }
    }
    print(&roff::page(command))?;
    Ok(())
}

fn no_page(above: &Command, args: &ManArgs, word: &str) -> NoPage {
    let known: Vec<String> =
        above.get_subcommands().filter(|sub| !sub.is_hide_set()).map(|sub| sub.get_name().to_owned()).collect();
    let nearest = suggest::nearest(word, known.iter().map(String::as_str)).map(str::to_owned);
    NoPage { asked: args.words.join(" "), nearest, known }
}

fn write_all(command: &Command, dir: &Path) -> Result<(), Refusal> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    write_atomically(&dir.join(format!("{name}.1")), &roff::page(command), "manual page")?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        write_all(sub, dir)?;
    }
    Ok(())
}

impl Explain for NoPage {
    fn code(&self) -> &'static str {
        "usage.command"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some(match &self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None if self.known.is_empty() => "it has no commands of its own".to_owned(),
            None => format!("commands: {}", self.known.join(", ")),
        })
    }
}
