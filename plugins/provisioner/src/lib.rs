//! What became of the provisioner, ESB's one-shot job, and what its container shows.
//!
//! Only the latest run is judged and speaks for the stack; one that never started is a run only where no other has ever
//! started. What earlier runs left behind is told under a key of its own, so that no requirement is held against it.

use shipworthy_esb as esb;
use shipworthy_sdk::{Container, ContainersError, Failure, Finding, Gap, NoConfig, Probe, Stack, Target};

/// Lines of the log that are asked for: some are blank.
const LINES_ASKED: u32 = 20;

/// Lines that are told.
const LINES_TOLD: usize = 5;

/// Longest line that is told, in bytes: five of them fit into a finding.
const LINE_BYTES: usize = 160;

const RULE: &str = "run-succeeded";

struct Provisioner;

impl Probe for Provisioner {
    type Config = NoConfig;

    /// The finding comes first: whatever happens to the engine afterwards, it is kept.
    fn observe(stack: &Stack<'_>, target: &Target, _config: NoConfig) -> Result<(), Failure> {
        let containers = stack.containers().own()?;
        let Some(latest) = esb::latest_run(&containers) else {
            // Whether it ran is not known, in either mode: not to be passed over, and worth a retry while a stack comes up.
            let why = ["no container of ", &target.service, ": it has not run, or its container was removed"];
            return Err(Failure::new(Gap::Unreachable, why.concat()));
        };
        judge(stack, latest, containers.len());
        outcome(stack, latest);
        esb::image(stack, latest);
        // What was missing has been said.
        let _said = esb::mode(stack, latest);
        esb::release_by_tag(stack, latest);
        for earlier in containers.iter().filter(|container| container.id != latest.id) {
            stack.fact("earlier-run", state_in_words(earlier), esb::origin(earlier, "state"));
        }
        Ok(())
    }
}

shipworthy_sdk::export!(Provisioner);

/// The facts `state`, `exit-code` and `finished-at`. The engine keeps the times of an earlier start of the same container
/// while it runs again, so nothing of an end is given before there is one.
fn outcome(stack: &Stack<'_>, container: &Container) {
    stack.fact("state", &*container.state, esb::origin(container, "state"));
    let not_ended = || esb::nothing(container, "has not ended");
    match container.exit_code.filter(|_| has_ended(container)) {
        Some(code) => stack.fact("exit-code", code, esb::origin(container, "exit code")),
        None => stack.missing("exit-code", not_ended()),
    }
    match container.finished_at.as_deref().filter(|_| has_ended(container)) {
        Some(at) => stack.fact("finished-at", at, esb::origin(container, "finish")),
        None => stack.missing("finished-at", not_ended()),
    }
}

/// The rule. A run that is not over is a finding as well: nothing that it provides is there yet.
fn judge(stack: &Stack<'_>, container: &Container, runs: usize) {
    if container.state == "exited" && container.exit_code.is_none() {
        let why = Failure::new(Gap::Unreadable, "the engine names no exit code");
        stack.missing(RULE, why.at(&container.name));
        return;
    }
    let holds = container.state == "exited" && container.exit_code == Some(0);
    let mut found = state_in_words(container);
    if !holds && tells_why(container) {
        found.push_str("; ");
        found.push_str(&log_in_words(stack.containers().logs(container, LINES_ASKED)));
    }
    let message = match runs {
        1 => ["run of ", &container.name].concat(),
        _ => ["run of ", &container.name, ", the latest of ", &runs.to_string()].concat(),
    };
    stack.finding(RULE, &Finding::new(holds, message).expected("exited with code 0").found(found));
}

fn has_ended(container: &Container) -> bool {
    matches!(&*container.state, "exited" | "dead")
}

/// Whether the log says what went wrong: it has ended, or ends again and again.
fn tells_why(container: &Container) -> bool {
    has_ended(container) || container.state == "restarting"
}

fn state_in_words(container: &Container) -> String {
    let at = |word: &str, time: &Option<String>| match time {
        Some(time) => [word, &to_the_second(time)].concat(),
        None => String::new(),
    };
    let code = container.exit_code.map(|code| code.to_string()).unwrap_or_default();
    match &*container.state {
        "exited" => ["exited with code ", &code, &at(" at ", &container.finished_at)].concat(),
        "dead" => ["it is dead, with exit code ", &code, &at(" at ", &container.finished_at)].concat(),
        "created" => "created, never started".to_owned(),
        "running" => ["it is running", &at(" since ", &container.started_at)].concat(),
        state => ["it is ", state, &at(", started at ", &container.started_at)].concat(),
    }
}

/// A time without its fraction, which helps nobody and takes room.
fn to_the_second(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, fraction)) => [whole, fraction.trim_start_matches(|c: char| c.is_ascii_digit())].concat(),
        None => time.to_owned(),
    }
}

/// The last lines that say something. The newest stands first, since a reader's line may be shorter than all of them.
fn log_in_words(log: Result<Vec<String>, ContainersError>) -> String {
    let lines = match log {
        Ok(lines) => lines,
        Err(error) => return ["its log cannot be read: ", &error.to_string()].concat(),
    };
    let telling = lines.iter().rev().map(|line| line.trim()).filter(|line| !line.is_empty());
    let told: Vec<String> = telling.take(LINES_TOLD).map(cut).collect();
    if told.is_empty() {
        return "its log is empty".to_owned();
    }
    ["its last log lines, newest first: ", &told.join(" | ")].concat()
}

/// A line within the limit, cut at a character.
fn cut(line: &str) -> String {
    if line.len() <= LINE_BYTES {
        return line.to_owned();
    }
    let room = LINE_BYTES - '…'.len_utf8();
    let end = (0..=room).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    [line.get(..end).unwrap_or_default(), "…"].concat()
}

#[cfg(test)]
mod tests;
