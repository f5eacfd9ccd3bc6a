//! Help, completions and pages of the manual: all from one definition, and taken by what they are for.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use shipworthy_stand_ins::Sandbox;

use crate::{sandbox, skipped};

/// Rows and columns of the terminal that everybody has; a row is the shell's, which asks for the next command.
const ROWS: usize = 24 - 1;
const COLUMNS: &str = "80";

/// Whether a test may pass without a tool that it is about.
fn may_skip() -> bool {
    std::env::var_os("SHIPWORTHY_REQUIRE_DOCKER").is_none_or(|value| value != "1")
}

/// A tool's output; none where it is not installed, which CI does not allow.
fn tool(program: &str, arguments: &[&str], folder: &Path) -> Result<Option<Output>> {
    let ran = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    match ran {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_skip() => {
            skipped(&format!("{program} is not installed"));
            Ok(None)
        }
        Err(error) => Err(error).context(program.to_owned()),
    }
}

/// Every page of the manual in a folder, with the words of its command.
fn pages(sandbox: &Sandbox) -> Result<Vec<(String, String)>> {
    let output = sandbox.run(&["man", "--dir", "man"])?;
    ensure!(output.status == Some(0), "{}", output.snapshot());
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(sandbox.dir().join("man"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a name")?.to_string_lossy().into_owned();
        pages.push((name.replace('-', " "), std::fs::read_to_string(path)?));
    }
    pages.sort();
    Ok(pages)
}

/// The flags that the whole help of a command names.
fn flags(help: &str) -> BTreeSet<String> {
    let words = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = words.flat_map(|line| line.split_whitespace().take(2));
    let flags = words.filter(|word| word.starts_with("--")).map(|word| word.trim_end_matches(','));
    flags.map(|flag| flag.split(['[', '=']).next().unwrap_or(flag).to_owned()).collect()
}

#[test]
fn every_command_has_a_page_that_names_every_flag_and_its_exit_codes() -> Result<()> {
    let sandbox = sandbox();
    let pages = pages(&sandbox)?;
    assert!(pages.len() >= 40, "{}", pages.len());
    for (command, page) in &pages {
        let words: Vec<&str> = command.split(' ').skip(1).chain(["--help"]).collect();
        let help = sandbox.run(&words)?;
        assert_eq!(help.status, Some(0), "{command}");
        for flag in flags(&help.stdout) {
            let escaped = flag.replace('-', "\\-");
            assert!(page.contains(&escaped), "{command}: {flag} is not in\n{page}");
        }
        for section in ["EXIT STATUS", "ENVIRONMENT", "FILES", "SEE ALSO"] {
            assert!(page.contains(&format!(".SH \"{section}\"")), "{command}: {section}");
        }
        let is_leaf = !page.contains("SUBCOMMANDS");
        assert_eq!(page.contains(".SH \"EXAMPLES\""), is_leaf, "{command}: examples");
    }
    Ok(())
}

#[test]
fn a_page_is_printed_by_the_words_of_its_command() -> Result<()> {
    let sandbox = sandbox();
    let pages = pages(&sandbox)?;
    let output = sandbox.run(&["man", "stack", "check"])?;
    let written = pages.iter().find(|(command, _)| command == "shipworthy stack check");
    assert_eq!(written.map(|(_, page)| page), Some(&output.stdout));
    let output = sandbox.run(&["man", "stack", "chek"])?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: there is no manual page for: shipworthy stack chek
      help: did you mean `check`?
      [usage.command] at fault: the command line or the environment
    ");
    Ok(())
}

#[test]
fn readers_of_manuals_take_every_page() -> Result<()> {
    let sandbox = sandbox();
    for (command, _) in pages(&sandbox)? {
        let file = format!("man/{}.1", command.replace(' ', "-"));
        let Some(output) = tool("mandoc", &["-Tlint", "-Werror", &file], sandbox.dir())? else { return Ok(()) };
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stdout));
        // What is less than an error is of how clap writes lists; of what is written here nothing is to be told.
        let Some(lint) = tool("mandoc", &["-Tlint", "-Wwarning", &file], sandbox.dir())? else { return Ok(()) };
        let lint = String::from_utf8_lossy(&lint.stdout).into_owned();
        assert!(!lint.contains(": TH"), "{command}: {lint}");
        let Some(output) = tool("man", &["-l", "--warnings=all", &file], sandbox.dir())? else { return Ok(()) };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{command}: {said}");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(shown.contains("SYNOPSIS") && shown.contains(&command), "{command}: {shown}");
    }
    Ok(())
}

/// What a shell offers, one a line, after a script that sources the completions.
fn offered(sandbox: &Sandbox, shell: &str, arguments: &[&str], script: &str) -> Result<Option<Vec<String>>> {
    let completions = sandbox.run(&["completions", shell])?;
    ensure!(completions.status == Some(0), "{}", completions.snapshot());
    ensure!(!completions.stdout.contains("compile-in-child"), "{shell}: what no user types");
    sandbox.file("completions", &completions.stdout)?;
    let arguments = [arguments, &[script]].concat();
    let Some(output) = tool(shell, &arguments, sandbox.dir())? else { return Ok(None) };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success() && said.is_empty(), "{shell}: {said}");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Some(lines.lines().map(|line| line.trim().to_owned()).collect()))
}

/// Words of a command line, of which the last is to be completed, and what has to be among the answers.
const COMPLETED: [(&[&str], &[&str]); 8] = [
    (&["shipworthy", "pay"], &["payload"]),
    (&["shipworthy", "check", "--format", ""], &["human", "json"]),
    (&["shipworthy", "check", "--pol"], &["--policy"]),
    (&["shipworthy", "check", "--policy", ""], &["strict", "warn"]),
    (&["shipworthy", "plugin", "new", "--lang", ""], &["rust", "python", "go", "js"]),
    (&["shipworthy", "explain", "stack.m"], &["stack.mode"]),
    (&["shipworthy", "schema", ""], &["report", "environment"]),
    (&["shipworthy", "completions", ""], &["bash", "fish"]),
];

#[test]
fn bash_completes() -> Result<()> {
    let sandbox = sandbox();
    for (words, expected) in COMPLETED {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let before = words.iter().rev().nth(1).copied().unwrap_or_default();
        let last = words.last().copied().unwrap_or_default();
        let script = format!(
            ". ./completions; COMP_WORDS=({}); COMP_CWORD={}; _shipworthy shipworthy '{last}' '{before}'; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len() - 1
        );
        let Some(offered) = offered(&sandbox, "bash", &["--norc", "-c"], &script)? else { return Ok(()) };
        for word in expected {
            assert!(offered.iter().any(|one| one == word), "{words:?}: {offered:?}");
        }
    }
    Ok(())
}

#[test]
fn fish_completes() -> Result<()> {
    let sandbox = sandbox();
    for (words, expected) in COMPLETED {
        let script = format!("source ./completions; complete -C '{}'", words.join(" "));
        let Some(offered) = offered(&sandbox, "fish", &["--no-config", "-c"], &script)? else { return Ok(()) };
        for word in expected {
            let is_word = |line: &String| line.split('\t').next() == Some(word);
            assert!(offered.iter().any(is_word), "{words:?}: {offered:?}");
        }
        if let ["shipworthy", "explain" | "schema" | "completions", _] = words {
            let is_file = |line: &String| line.starts_with("completions") && words[1] != "completions";
            assert!(!offered.iter().any(is_file), "{words:?}: {offered:?}");
        }
    }
    Ok(())
}

#[test]
fn zsh_takes_its_completions() -> Result<()> {
    let sandbox = sandbox();
    // Completing itself takes a terminal; that the function loads, and offers to be asked, does not.
    let script = "autoload -Uz compinit; compinit -u -d ./dump; . ./completions; print -r -- ${_comps[shipworthy]}";
    let Some(offered) = offered(&sandbox, "zsh", &["-f", "-c"], script)? else { return Ok(()) };
    assert_eq!(offered, ["_shipworthy"]);
    Ok(())
}

#[test]
fn other_shells_have_theirs() -> Result<()> {
    for shell in ["powershell", "elvish"] {
        let output = sandbox().run(&["completions", shell])?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        assert!(output.stdout.contains("shipworthy") && output.stdout.contains("--policy"), "{shell}");
        assert!(!output.stdout.contains("compile-in-child"), "{shell}");
    }
    Ok(())
}

#[test]
fn short_help_fits_the_terminal_that_everybody_has() -> Result<()> {
    let mut sandbox = sandbox();
    let pages = pages(&sandbox)?;
    sandbox.variable("COLUMNS", COLUMNS);
    let columns: usize = COLUMNS.parse()?;
    for (command, _) in pages {
        let words: Vec<&str> = command.split(' ').skip(1).chain(["-h"]).collect();
        let output = sandbox.run(&words)?;
        assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{command}");
        let found = output.stdout.lines().count();
        assert!(found <= ROWS, "{command}: {found} rows, {ROWS} expected\n{}", output.stdout);
        let wide = output.stdout.lines().find(|line| line.chars().count() > columns);
        assert_eq!(wide, None, "{command}");
    }
    Ok(())
}

#[test]
fn long_help_fits_eighty_columns_too() -> Result<()> {
    let mut sandbox = sandbox();
    let pages = pages(&sandbox)?;
    sandbox.variable("COLUMNS", COLUMNS);
    for (command, _) in pages {
        let words: Vec<&str> = command.split(' ').skip(1).chain(["--help"]).collect();
        let output = sandbox.run(&words)?;
        // Examples are there to be pasted, and stay whole.
        let is_example = |line: &str| line.starts_with("  shipworthy ") || line.starts_with("  cd ");
        let wide = output.stdout.lines().find(|line| line.chars().count() > 80 && !is_example(line));
        assert_eq!(wide, None, "{command}");
    }
    Ok(())
}
