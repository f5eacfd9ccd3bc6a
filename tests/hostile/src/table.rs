//! The cases as a table, with what each took: what `make hostile` prints and writes.

use std::{fmt::Write as _, io, path::Path, process::Command, time::Instant};

use anyhow::{Context as _, Result};

use crate::{Case, Lab, Told, all};

/// What came of one case.
struct Row {
    case: Case,
    outcome: Result<Told>,
}

/// Plays all cases whose full names hold `filter`, one after the other, and prints a line for each. Gives the text of the
/// table, and whether all was contained.
///
/// # Errors
///
/// If nothing can be run, or printed.
pub fn play(binary: &Path, filter: &str, out: &mut dyn io::Write) -> Result<(String, bool)> {
    let lab = Lab::new(binary)?;
    let begun = Instant::now();
    let mut rows = Vec::new();
    for case in all().into_iter().filter(|case| case.full_name().contains(filter)) {
        let outcome = case.play(&lab);
        writeln!(out, "{}", line(&case, &outcome))?;
        if let Err(error) = &outcome {
            writeln!(out, "    {}", format!("{error:#}").replace('\n', "\n    "))?;
        }
        rows.push(Row { case, outcome });
    }
    let failed = rows.iter().filter(|row| row.outcome.is_err()).count();
    let contained = rows.len() - failed;
    writeln!(out, "\n{contained} contained, {failed} not, in {:.1} s", begun.elapsed().as_secs_f64())?;
    Ok((page(binary, &rows)?, failed == 0))
}

fn line(case: &Case, outcome: &Result<Told>) -> String {
    match outcome {
        Ok(told) => format!("{:<40} {:>7}  {:>7}  {}", case.full_name(), time(told), memory(told), told.outcome),
        Err(_) => format!("{:<40} NOT CONTAINED", case.full_name()),
    }
}

fn time(told: &Told) -> String {
    format!("{} ms", told.wall.as_millis())
}

fn memory(told: &Told) -> String {
    format!("{} MiB", told.peak_kib / 1024)
}

/// What the page says before its tables.
const HEAD: &str = "# Hostile plugins

What becomes of a run of Shipworthy with a plugin, or a service behind one, that means harm. `make hostile` runs every
case and writes this file; `cargo test --workspace --test hostile` has a test for each, which says exactly what must come
of it. `tests/hostile` has them all.

Every case is a run of the built binary, `shipworthy stack check --env env.toml --format json`, in a folder of its own,
with a healthy probe (`builtin:static`) beside the hostile one. Whatever else a case asks for, every run must end by
itself with an exit status of 0 to 4, print nothing that a terminal or a CI system would obey, stay below 512 MiB, leave
no process behind, and judge the healthy probe, unless the plugin is refused (exit 2) before anything runs.

Time is that of the whole process, and memory the largest resident set of it or of a process that it started; of a case
with several runs, those of the last. Guests that never end have a deadline of 400 ms.
";

fn page(binary: &Path, rows: &[Row]) -> Result<String> {
    let mut page = HEAD.to_owned();
    write!(page, "\nVersion: {}. Cases: {}.\n", version(binary)?, rows.len())?;
    let mut group = "";
    for row in rows {
        if row.case.group != group {
            group = row.case.group;
            write!(page, "\n## {}\n\n", heading(group))?;
            page.push_str("| case | attack | outcome | time | peak memory |\n|---|---|---|---|---|\n");
        }
        let attack = cell(&row.case.attack);
        let (outcome, time, memory) = match &row.outcome {
            Ok(told) => (cell(&told.outcome), time(told), memory(told)),
            Err(_) => ("**not contained**".to_owned(), String::new(), String::new()),
        };
        writeln!(page, "| {} | {attack} | {outcome} | {time} | {memory} |", row.case.name)?;
    }
    Ok(page)
}

fn heading(group: &str) -> &str {
    match group {
        "time" => "Guests that never end",
        "service" => "Services that do not answer well",
        "memory" => "Memory, tables, instances, stack, handles",
        "flood" => "Guests that say or ask too much",
        "compile" => "Components that are hard to compile",
        "text" => "Hostile and oversized text",
        "binary" => "Files that are no plugin, or a broken one",
        "descriptor" => "Forged and hurtful descriptors",
        "paths" => "Paths that would be read as others",
        "headers" => "Headers and methods that would make another request",
        "requests" => "What is not granted, and answers that lead elsewhere",
        "secrets" => "Credentials that come back",
        "containers" => "Containers, ids and files that are not granted",
        "wasi" => "What WASI could give away, and ends that are no end",
        other => other,
    }
}

/// Text that stands in a cell of a table. What a long attack asks for is cut.
fn cell(text: &str) -> String {
    const LONGEST: usize = 160;
    let mut cell: String = text.chars().take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        cell.push('…');
    }
    cell.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}

fn version(binary: &Path) -> Result<String> {
    let output = Command::new(binary).arg("--version").output().context("cannot run the binary")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
