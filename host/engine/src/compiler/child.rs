//! The child's side: a component on standard input, its code on standard output, what is wrong on standard error.

use std::io::{self, Read as _, Write as _};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::{engine::precompiler, error::Cause};

/// How the child ended, beside what a signal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The code was written.
    Compiled,
    /// What came is not a component that can be compiled.
    Refused,
    /// The system gave no more memory.
    OutOfMemory,
    /// The child itself could not do its work.
    Failed,
}

impl Exit {
    /// The process's exit status. Far from those of the program's other commands, so that a program which is not ours
    /// is not taken for it.
    pub const fn status(self) -> u8 {
        match self {
            Self::Compiled => 0,
            Self::Refused => 86,
            Self::OutOfMemory => 87,
            Self::Failed => 88,
        }
    }
}

/// All that the child does: limits itself to `memory` bytes and `seconds` of processor time, reads, compiles, writes.
pub fn run_child(memory: u64, seconds: u64) -> Exit {
    match limit(memory, seconds).and_then(|()| compile()) {
        Ok(exit) => exit,
        Err(error) => {
            tell(&error.to_string());
            if error.kind() == io::ErrorKind::OutOfMemory { Exit::OutOfMemory } else { Exit::Failed }
        }
    }
}

/// From here on no file can be written, and what goes over a limit ends this process. Set by the child itself, before it
/// reads a byte of what it is to compile.
fn limit(memory: u64, seconds: u64) -> io::Result<()> {
    // Nobody waits for the code of a parent that is gone.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let both = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::Core, both(0))?;
    setrlimit(Resource::Fsize, both(0))?;
    // A second more before the signal that cannot be caught.
    setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds.saturating_add(1)) })?;
    // Not every system limits address space; the parent's clock still ends the child there.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    setrlimit(Resource::As, both(memory))?;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = memory;
    Ok(())
}

fn compile() -> io::Result<Exit> {
    let mut component = Vec::new();
    io::stdin().lock().read_to_end(&mut component)?;
    let code = match precompiler().and_then(|engine| engine.precompile_component(&component)) {
        Ok(code) => code,
        Err(error) => {
            tell(&Cause::from(error).to_string());
            return Ok(Exit::Refused);
        }
    };
    let mut stdout = io::stdout().lock();
    stdout.write_all(&code)?;
    stdout.flush()?;
    Ok(Exit::Compiled)
}

fn tell(what: &str) {
    // Nobody is left to tell if the parent is gone.
    drop(io::stderr().write_all(what.as_bytes()));
}
