//! The parent's side: starts the child, feeds it, and ends it where it takes too long.

use std::{
    ffi::OsString,
    io::{self, Read, Write as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use shipworthy_contract::{
    quantity::{Bytes, Span},
    text::excerpt,
};

use super::{CompileLimits, Exit, PATIENCE};
use crate::error::{Cause, LoadError};

/// Largest code that is taken, in bytes: ten times what the heaviest toolchain's component becomes.
pub(crate) const LARGEST_CODE: u64 = 512 << 20;

/// Bytes of what the child says that are read.
const SAID: u64 = 4 << 10;

/// Threads of the child: more do not pay, and each takes address space.
const THREADS: &str = "4";

pub(super) fn compile(
    program: &Path,
    arguments: &[OsString],
    plugin: &str,
    component: &[u8],
    limits: CompileLimits,
    tell: &dyn Fn(),
) -> Result<Vec<u8>, LoadError> {
    let not_started = |source| LoadError::Compiler { plugin: plugin.to_owned(), source };
    let begun = Instant::now();
    let mut child = start(program, arguments, limits).map_err(not_started)?;
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = streams else {
        return Err(not_started(io::Error::other("it has no standard streams")));
    };
    thread::scope(|scope| {
        // A child that ends early closes its end: what it says tells why.
        scope.spawn(move || drop(stdin.write_all(component)));
        let (send, received) = channel();
        scope.spawn(move || drop(send.send(read(stdout, LARGEST_CODE))));
        let said = scope.spawn(move || read(stderr, SAID).unwrap_or_default());
        let code = wait(&received, begun, limits.time, tell);
        if code.is_none() {
            // Its streams end with it, and with them these threads. One that has ended meanwhile is no matter.
            drop(child.kill());
        }
        let status = child.wait().map_err(not_started)?;
        let said = said.join().unwrap_or_default();
        match code {
            None => Err(over(plugin, "compile time", &Span(limits.time), "still compiling")),
            Some(code) => outcome(plugin, limits, code.map_err(not_started)?, status, &said),
        }
    })
}

#[expect(clippy::disallowed_methods, reason = "the door to the child that compiles")]
fn start(program: &Path, arguments: &[OsString], limits: CompileLimits) -> io::Result<Child> {
    // All threads together, since the system counts so.
    let seconds = limits.time.as_secs().saturating_add(1).saturating_mul(2);
    Command::new(program)
        .args(arguments)
        .args([limits.memory.to_string(), seconds.to_string()])
        // No variable of this process is a plugin's business. Each arena of glibc's takes address space, as threads do.
        .env_clear()
        .env("RAYON_NUM_THREADS", THREADS)
        .env("MALLOC_ARENA_MAX", "2")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// What the child wrote; none if its time was up before.
fn wait(
    received: &Receiver<io::Result<Vec<u8>>>,
    begun: Instant,
    time: Duration,
    tell: &dyn Fn(),
) -> Option<io::Result<Vec<u8>>> {
    let gone = || Some(Err(io::Error::other("its output cannot be read")));
    let left = |until: Duration| until.saturating_sub(begun.elapsed());
    match received.recv_timeout(left(time.min(PATIENCE))) {
        Ok(code) => return Some(code),
        Err(RecvTimeoutError::Disconnected) => return gone(),
        Err(RecvTimeoutError::Timeout) => tell(),
    }
    match received.recv_timeout(left(time)) {
        Ok(code) => Some(code),
        Err(RecvTimeoutError::Disconnected) => gone(),
        Err(RecvTimeoutError::Timeout) => None,
    }
}

/// At most so many bytes; what is beyond is read and dropped, so that nobody waits for it to be taken.
fn read(mut stream: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    (&mut stream).take(limit).read_to_end(&mut bytes)?;
    if io::copy(&mut stream, &mut io::sink())? > 0 {
        bytes.clear();
    }
    Ok(bytes)
}

fn outcome(
    plugin: &str,
    limits: CompileLimits,
    code: Vec<u8>,
    status: ExitStatus,
    said: &[u8],
) -> Result<Vec<u8>, LoadError> {
    let said = excerpt(&String::from_utf8_lossy(said), 600);
    let is = |exit: Exit| status.code() == Some(exit.status().into());
    if is(Exit::Compiled) && !code.is_empty() {
        Ok(code)
    } else if is(Exit::Compiled) {
        Err(over(plugin, "compiled code", &Bytes(LARGEST_CODE), "more"))
    } else if ran_out_of_memory(status, &said) {
        Err(over(plugin, "compile memory", &Bytes(limits.memory), "more was asked for"))
    } else if signal(status) == Some(XCPU) {
        Err(over(plugin, "compile time", &Span(limits.time), "still compiling, and twice that in processor time"))
    } else if is(Exit::Refused) {
        Err(LoadError::Compile { plugin: plugin.to_owned(), source: Cause::new(&said) })
    } else {
        let how = signal(status).map_or_else(|| status.to_string(), |signal| format!("signal {signal}"));
        let what = if said.is_empty() { how } else { format!("{how}: {said}") };
        if crashed(status) {
            let source = Cause::new(&format!("the compiler failed on it ({what})"));
            return Err(LoadError::Compile { plugin: plugin.to_owned(), source });
        }
        Err(LoadError::Compiler { plugin: plugin.to_owned(), source: io::Error::other(what) })
    }
}

/// Whether the child ended by a panic, an overflowing stack or the like, which only what it compiled can have caused.
fn crashed(status: ExitStatus) -> bool {
    status.code() == Some(101) || signal(status).is_some_and(|signal| CRASHES.contains(&signal))
}

/// `SIGILL`, `SIGTRAP`, `SIGABRT`, `SIGFPE`, `SIGSEGV`; not `SIGKILL`, which comes from outside.
const CRASHES: [i32; 5] = [4, 5, ABRT, 8, 11];

fn over(plugin: &str, name: &'static str, limit: &dyn std::fmt::Display, observed: &str) -> LoadError {
    let (limit, observed) = (limit.to_string(), observed.to_owned());
    LoadError::Limit { plugin: plugin.to_owned(), name, limit, observed }
}

/// Rust's allocator aborts and says so; where the system gives no memory for a thread or a mapping, it is an error's text.
fn ran_out_of_memory(status: ExitStatus, said: &str) -> bool {
    let aborted = signal(status) == Some(ABRT) && said.contains("memory allocation of");
    let told = ["out of memory", "Cannot allocate memory", "os error 12"].iter().any(|words| said.contains(words));
    aborted || status.code() == Some(Exit::OutOfMemory.status().into()) || (!status.success() && told)
}

const ABRT: i32 = 6;
#[cfg(any(target_os = "linux", target_os = "macos"))]
const XCPU: i32 = 24;

fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}
