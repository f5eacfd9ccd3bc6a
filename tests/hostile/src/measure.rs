//! Runs one program to its end and says what it took.
//!
//! It is run by a process of its own between this one and the program: what the kernel calls a process's peak memory
//! begins with that of the process that started it, and ours may hold a component of many megabytes. That process is this
//! very executable, started with `ASKED`.

use std::{
    fs,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::Path,
    process::{Command, ExitCode},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use serde_json::{Value, json};
use wait4::Wait4 as _;

/// The first argument of an executable of this crate that is to measure another. Behind it stand the file for the
/// result, a time in seconds, and the program with its arguments.
pub(crate) const ASKED: &str = "--measure";

/// Memory beyond which a run is killed, in KiB: a hole must not take the machine with it.
const FATAL_KIB: u64 = 3 << 20;

/// How often its memory is looked at.
const TICK: Duration = Duration::from_millis(25);

/// How long processes that a run left behind may take to go.
const AFTERLIFE: Duration = Duration::from_secs(1);

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// Exit status; none if a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) wall: Duration,
    /// Largest resident memory of the program, or of a process that it started and waited for.
    pub(crate) peak_kib: u64,
    /// Whether it had to be killed, because it took too long or too much memory.
    pub(crate) killed: bool,
    /// Whether a process of its own outlived it.
    pub(crate) outlived: bool,
}

/// Measures, if that is what this process was started for. To be called before anything else.
pub fn if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args();
    let asked = arguments.nth(1).is_some_and(|first| first == ASKED);
    if !asked {
        return None;
    }
    let rest: Vec<String> = arguments.collect();
    let [file, seconds, program, words @ ..] = rest.as_slice() else { return Some(ExitCode::FAILURE) };
    let patience = Duration::from_secs(seconds.parse().unwrap_or(1));
    let done = measure(program, words, patience).and_then(|told| Ok(fs::write(file, told.to_string())?));
    Some(if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads what a measuring process wrote.
pub(crate) fn read(file: &Path) -> Result<Measured> {
    let text = fs::read_to_string(file).context("the program was not measured")?;
    let told: Value = serde_json::from_str(&text)?;
    let number = |field: &str| told.get(field).and_then(Value::as_u64).unwrap_or_default();
    let is = |field: &str| told.get(field).and_then(Value::as_bool).unwrap_or_default();
    Ok(Measured {
        status: told.get("status").and_then(Value::as_i64).and_then(|status| i32::try_from(status).ok()),
        wall: Duration::from_micros(number("wall_us")),
        peak_kib: number("peak_kib"),
        killed: is("killed"),
        outlived: is("outlived"),
    })
}

fn measure(program: &str, words: &[String], patience: Duration) -> Result<Value> {
    let begun = Instant::now();
    // A group of its own, so that whatever it starts can be found and ended.
    let child = Command::new(program).args(words).process_group(0).spawn()?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("no process id")?;
    let (done, waiting) = mpsc::channel::<()>();
    let guard = thread::spawn(move || {
        loop {
            match waiting.recv_timeout(TICK) {
                Err(RecvTimeoutError::Timeout) if begun.elapsed() < patience && resident_kib(group) < FATAL_KIB => {}
                Err(RecvTimeoutError::Timeout) => return kill_process_group(group, Signal::KILL).is_ok(),
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    });
    let used = child.wait4()?;
    let wall = begun.elapsed();
    drop(done);
    let killed = guard.join().unwrap_or(true);
    let outlived = outlives(group);
    if outlived {
        kill_process_group(group, Signal::KILL)?;
    }
    Ok(json!({
        "status": used.status.code(),
        "signal": used.status.signal(),
        "wall_us": u64::try_from(wall.as_micros()).unwrap_or(u64::MAX),
        "peak_kib": used.rusage.maxrss / 1024,
        "killed": killed,
        "outlived": outlived,
    }))
}

/// Whether there still is a process of the group after a while. One that has ended and that nobody has waited for yet
/// counts as there, hence the while.
fn outlives(group: Pid) -> bool {
    let begun = Instant::now();
    while test_kill_process_group(group).is_ok() {
        if begun.elapsed() > AFTERLIFE {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}

/// Resident memory of the program and of what it started, now. Zero where there is no `/proc`.
fn resident_kib(pid: Pid) -> u64 {
    let pid = pid.as_raw_nonzero().to_string();
    let own = resident_of(&pid);
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    own + children.map(|children| children.split_whitespace().map(resident_of).sum::<u64>()).sum::<u64>()
}

fn resident_of(pid: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
