//! What reading and hashing alone costs: every file of a sums file, one after the other, on so many threads.
//!
//! A peer for `benches/payload`, and no check: names are believed, nothing else is looked at, and a difference is told by
//! the exit status alone. Usage, in the tree: `read-and-hash SUMSFILE THREADS`.

#![expect(clippy::disallowed_methods, reason = "a bench reads what it is told to")]

use std::{
    fs::{self, File},
    io::Read as _,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use sha2::{Digest as _, Sha256};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(sums), Some(threads)) =
        (arguments.next(), arguments.next().and_then(|count| count.parse::<usize>().ok()))
    else {
        return ExitCode::from(2);
    };
    let Ok(sums) = fs::read_to_string(sums) else { return ExitCode::from(2) };
    let files: Vec<(&str, &str)> = sums.lines().filter_map(|line| line.split_once("  ")).collect();
    let (next, same) = (AtomicUsize::new(0), AtomicBool::new(true));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = vec![0; 128 << 10];
                while let Some((digest, name)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if hash(name, &mut buffer).as_deref() != Some(*digest) {
                        same.store(false, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    if same.into_inner() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn hash(name: &str, buffer: &mut [u8]) -> Option<String> {
    let mut file = File::open(name).ok()?;
    let mut hasher = Sha256::new();
    loop {
        let count = file.read(buffer).ok()?;
        if count == 0 {
            let digest: [u8; 32] = hasher.finalize().into();
            return Some(shipworthy_contract::Sha256::from_bytes(digest).to_string());
        }
        hasher.update(buffer.get(..count)?);
    }
}
