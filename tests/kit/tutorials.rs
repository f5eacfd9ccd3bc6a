//! The tutorials, run exactly as they are written.
//!
//! Of a page, a block whose language is `sh` is run by `bash`, all of them in one folder and in their order. A block with
//! a file's name behind its language is written to that file. A block `text output` is what the commands before it print,
//! lines of `...` standing for any number of lines, `N` for any number, and `N s` for any time.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{ROOT, tools};

/// A block between fences.
#[derive(Debug)]
struct Block {
    kind: Kind,
    text: String,
    /// Line of the page at which it begins, from 1.
    line: usize,
}

#[derive(Debug, PartialEq)]
enum Kind {
    Shell,
    File(String),
    Output,
    Shown,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let (language, name) = info.split_once(' ').unwrap_or((info, ""));
                let kind = match (language, name) {
                    ("sh", "") => Kind::Shell,
                    ("text", "output") => Kind::Output,
                    (_, "") => Kind::Shown,
                    (_, name) => Kind::File(name.to_owned()),
                };
                open = Some(Block { kind, text: String::new(), line: index + 1 });
            }
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, None) => {}
        }
    }
    blocks
}

/// All of a page is one script, so that what runs in the background is there for what follows.
fn run_page(name: &str) -> Result<()> {
    let page = fs::read_to_string(ROOT.join("docs").join(name)).with_context(|| name.to_owned())?;
    let (folder, told) = (tempfile::tempdir()?, tempfile::tempdir()?);
    // What is printed is gathered beside the folder, wherever the commands go.
    let mut script = String::from(
        "set -euo pipefail\nAT=0\nOUT=\"$TOLD/out\"\nERR=\"$TOLD/err\"\n\
         trap 'echo $AT >\"$TOLD/at\"; kill $(jobs -p) 2>/dev/null || true' EXIT\n",
    );
    let mut outputs = Vec::new();
    for block in blocks(&page) {
        match block.kind {
            Kind::Shell => {
                let Block { text, line, .. } = &block;
                write!(script, "AT={line}\n{{\n{text}}} >>\"$OUT\" 2>>\"$ERR\"\n")?;
            }
            Kind::File(name) => script.push_str(&written(&name, &block.text)),
            Kind::Output => {
                writeln!(script, "mv \"$OUT\" \"$OUT-{}\"", block.line)?;
                outputs.push(block);
            }
            Kind::Shown => {}
        }
    }
    let mut bash = tools::command("bash", folder.path());
    bash.arg("-c").arg(&script).env("TOLD", told.path());
    let done = tools::run(bash)?;
    let told = |file: &str| fs::read_to_string(told.path().join(file)).unwrap_or_default();
    if done.status != Some(0) {
        let (at, out, err) = (told("at"), told("out"), told("err"));
        bail!("docs/{name}:{}: {done:?}\nstdout:\n{out}\nstderr:\n{err}", at.trim());
    }
    for block in outputs {
        let found = told(&format!("out-{}", block.line)).replace(&format!("{}/", folder.path().display()), "");
        if !fits(&block.text, &found) {
            bail!("docs/{name}:{}: expected\n{}\nfound\n{found}", block.line, block.text);
        }
    }
    Ok(())
}

fn written(name: &str, text: &str) -> String {
    let folder = Path::new(name).parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map(|folder| format!("mkdir -p '{}'\n", folder.display())).unwrap_or_default();
    format!("{made}cat > '{name}' <<'END OF THE BLOCK'\n{text}END OF THE BLOCK\n")
}

/// Whether what was printed is what the page shows.
fn fits(shown: &str, found: &str) -> bool {
    fn lines_fit(shown: &[&str], found: &[&str]) -> bool {
        match (shown, found) {
            ([], []) => true,
            (["...", rest @ ..], _) => {
                (0..=found.len()).any(|skip| lines_fit(rest, found.get(skip..).unwrap_or_default()))
            }
            ([line, shown @ ..], [seen, found @ ..]) => line_fits(line, seen) && lines_fit(shown, found),
            _ => false,
        }
    }
    let (shown, found): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), found.lines().map(str::trim_end).collect());
    lines_fit(&shown, &found)
}

/// Every `N` stands for digits, and what else is in the line for itself.
fn line_fits(shown: &str, found: &str) -> bool {
    // What takes long is told in seconds.
    if let (Some((shown, ")")), Some((found, "ms)"))) = (shown.rsplit_once("N s"), found.rsplit_once(' ')) {
        return line_fits(&format!("{shown}N"), found);
    }
    let mut parts = shown.split('N');
    let Some(mut rest) = parts.next().and_then(|first| found.strip_prefix(first)) else { return false };
    for part in parts {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        // A capital of a word is itself.
        let after = if digits.len() < rest.len() { digits } else { rest.strip_prefix('N').unwrap_or(rest) };
        match after.strip_prefix(part) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

#[test]
fn pages_are_held_against_what_is_printed() {
    assert!(fits("a\n...\nz N ms\n", "a\nb\nc\nz 12 ms\n"));
    assert!(fits("...\n", ""));
    assert!(fits("NAME N\n", "NAME 3\n"));
    assert!(fits("passed (N s)\n", "passed (1.25 s)\n") && fits("passed (N s)\n", "passed (12 ms)\n"));
    for (shown, found) in [("a\n", "a\nb\n"), ("a\n...\nb\n", "a\nc\n"), ("N ms\n", "x ms\n"), ("", "a\n")] {
        assert!(!fits(shown, found), "{shown:?} {found:?}");
    }
}

#[test]
fn without_a_toolchain() -> Result<()> {
    run_page("tutorial-without-code.md")
}

#[test]
fn rust() -> Result<()> {
    in_language("rust")
}

#[test]
fn python() -> Result<()> {
    in_language("python")
}

#[test]
fn go() -> Result<()> {
    in_language("go")
}

#[test]
fn js() -> Result<()> {
    in_language("js")
}

fn in_language(language: &str) -> Result<()> {
    if !tools::has(language)? {
        return Ok(());
    }
    run_page(&format!("tutorial-{language}.md"))
}
