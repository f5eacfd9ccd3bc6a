//! Ctrl-C and `kill`: a message, a clean line and an exit status, never half a report.

use std::{
    io::{ErrorKind, PipeReader, Read as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
    low_level::pipe,
};

use crate::output::Stream;

/// Temporary folders and files in use. Who ends the process holds it until the process has ended.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Whether outputs are being written, or were.
static IS_PUBLISHING: AtomicBool = AtomicBool::new(false);

/// How often a folder is removed into which other threads still write.
const ATTEMPTS: usize = 16;

/// Has a signal remove a folder, which is for this process alone: ending by one drops nothing. Whoever made the folder
/// removes it in all other cases.
pub(crate) fn remove_at_exit(folder: &Path) {
    folders().push(folder.to_owned());
}

/// A file that is being written and that a signal removes: half of it is of no use to anybody.
pub(crate) struct Unfinished(PathBuf);

impl Unfinished {
    /// Before there is such a file. It waits where a signal is ending the process.
    pub(crate) fn new(file: PathBuf) -> Self {
        folders().push(file.clone());
        Self(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        folders().retain(|file| *file != self.0);
    }
}

/// Waits for the end of the process if a signal is about to end it: no report follows on what the signal's end says.
/// From now on a signal says that outputs may be missing.
pub(crate) fn settled() {
    let _folders = folders();
    IS_PUBLISHING.store(true, Ordering::Relaxed);
}

fn folders() -> MutexGuard<'static, Vec<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a folder with all that is in it, or a file, as far as that can be done. A link in its place is not followed.
#[expect(clippy::disallowed_methods, reason = "what a signal leaves half done is of no use")]
fn remove(folder: &Path) {
    // A folder is refused here.
    if std::fs::remove_file(folder).is_ok() {
        return;
    }
    for _ in 0..ATTEMPTS {
        // Also once it is gone: who unpacks into it makes it anew.
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => tracing::debug!(%error, "a temporary folder is still there"),
            Ok(()) => {}
        }
    }
}

/// Whoever waits for a signal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    command_runs: Arc<AtomicBool>,
}

impl Interrupt {
    /// Waits for signals from now on, on a thread of its own. Where none can be started a signal ends the process as it
    /// always does.
    pub(crate) fn watch() -> Self {
        let interrupt = Self::default();
        let own = interrupt.clone();
        let watched =
            signals().and_then(|(signals, last)| std::thread::Builder::new().spawn(move || own.wait(signals, &last)));
        if let Err(error) = watched {
            tracing::debug!(%error, "signals are not watched");
        }
        interrupt
    }

    /// From now on signals are the command's: [`Forward`](crate::deploy::Forward) passes them on.
    pub(crate) fn leave_to_the_command(&self) {
        // Either the signal came before, and no command is started, or it is the command's.
        let _folders = folders();
        self.command_runs.store(true, Ordering::Relaxed);
    }

    fn wait(&self, mut signals: PipeReader, last: &AtomicUsize) {
        while signals.read_exact(&mut [0]).is_ok() {
            let signal = i32::try_from(last.load(Ordering::Relaxed)).unwrap_or(SIGTERM);
            let folders = folders();
            if self.command_runs.load(Ordering::Relaxed) {
                continue;
            }
            folders.iter().for_each(|folder| remove(folder));
            // Nothing is drawn any more where it is cleared.
            let shown = crate::progress::shown();
            let clear = if Stream::Err.is_terminal() { clear(*shown) } else { String::new() };
            let how = if signal == SIGINT { "interrupted" } else { "terminated" };
            let is_publishing = IS_PUBLISHING.load(Ordering::Relaxed);
            let what = if is_publishing { "outputs may be missing" } else { "nothing was judged" };
            Stream::Err.write(&format!("{clear}{how}: {what}, and nothing was applied\n"));
            // The work goes on in other threads, and is not to be waited for.
            std::process::exit(128 + signal);
        }
    }
}

/// Clears the lines of what is going on, on the last of which a terminal stands.
fn clear(lines: usize) -> String {
    match lines {
        0 | 1 => "\r\u{1b}[2K".to_owned(),
        lines => format!("\r\u{1b}[{}A\u{1b}[J", lines - 1),
    }
}

/// A byte for every signal, and the number of the last one. A pipe, where the library's own watcher would use a pair of
/// sockets: the payload side opens none.
fn signals() -> std::io::Result<(PipeReader, Arc<AtomicUsize>)> {
    let (reader, writer) = std::io::pipe()?;
    let last = Arc::new(AtomicUsize::new(0));
    for signal in not_ignored(&[SIGINT, SIGTERM]) {
        flag::register_usize(signal, Arc::clone(&last), usize::try_from(signal).unwrap_or_default())?;
        pipe::register(signal, writer.try_clone()?)?;
    }
    Ok((reader, last))
}

/// Some signals without those that whoever started us has us ignore, as `nohup` does, and a shell for what runs in its
/// background. A command that we start ignores them too, as long as we leave them alone.
#[expect(clippy::disallowed_methods, reason = "the door to the process's own state")]
pub(crate) fn not_ignored(signals: &[i32]) -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let is_ignored = |signal: i32| {
        let bit = u32::try_from(signal - 1).unwrap_or_default();
        mask.checked_shr(bit).unwrap_or_default() & 1 == 1
    };
    signals.iter().copied().filter(|signal| !is_ignored(*signal)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_that_stand_are_cleared() {
        for (lines, cleared) in [(0, "\r\u{1b}[2K"), (1, "\r\u{1b}[2K"), (3, "\r\u{1b}[2A\u{1b}[J")] {
            assert_eq!(clear(lines), cleared, "{lines}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "sets up what is removed")]
    fn a_folder_goes_with_all_that_is_in_it_and_a_link_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
        for path in [&ours, &theirs] {
            std::fs::create_dir_all(path.join("store/blobs")).unwrap();
            std::fs::write(path.join("store/blobs/a"), "x").unwrap();
        }
        std::os::unix::fs::symlink(&theirs, ours.join("link")).unwrap();
        remove(&ours);
        remove(&ours);
        assert!(!ours.exists() && theirs.join("store/blobs/a").exists());
        std::os::unix::fs::symlink(&theirs, &ours).unwrap();
        remove(&ours);
        assert!(!ours.is_symlink());
        std::fs::write(&ours, "half").unwrap();
        remove(&ours);
        assert!(!ours.exists());
        assert!(theirs.join("store/blobs/a").exists());
    }
}
