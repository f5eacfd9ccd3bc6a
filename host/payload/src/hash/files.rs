//! Files by the handle of their folder, read once and hashed, two at a time on every core.

use std::{
    ffi::CString,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    os::fd::OwnedFd,
    sync::Arc,
};

use rustix::fs::{FileType, Stat};
use shipworthy_contract::Sha256;

use super::{
    crew,
    lane::Lane,
    queue::{Big, Queue, Rest, Taker},
};
use crate::{
    Progress,
    tree::walk::{Folder, is_link_refused},
};

/// Bytes that a thread takes from the source at a time: few enough that all end at the same time, and enough that they
/// seldom meet at it.
const BATCH_BYTES: u64 = 512 << 10;

/// Most files of a batch, on few cores.
const MOST_IN_BATCH: usize = 64;

/// So few bytes are not worth another thread.
const TOO_FEW: u64 = 256 << 10;

/// A file to be read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) folder: Arc<Folder>,
    pub(crate) name: CString,
    /// Whatever it is to whoever asks.
    pub(crate) row: usize,
    /// What it was when it was looked at; none where it was not.
    pub(crate) seen: Option<Seen>,
}

/// What a file was at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its bytes.
    pub(crate) size: u64,
    /// Stands for which file it is, of which kind, under how many names, and when it was written to and changed last.
    /// Replacing or removing a file takes a name from it, also where the clock has not moved on.
    pub(crate) mark: u64,
}

impl Seen {
    pub(crate) fn of(stat: &Stat) -> Self {
        let kind = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        let times = (stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec);
        let mut hasher = DefaultHasher::new();
        (kind, stat.st_dev, stat.st_ino, stat.st_nlink, times).hash(&mut hasher);
        Self { size: u64::try_from(stat.st_size).unwrap_or_default(), mark: hasher.finish() }
    }
}

/// Why a file has no digest.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadFault {
    /// The system says no.
    #[error("{0}")]
    Io(io::Error),
    /// It is another file, or of another size, than when it was looked at: in words.
    #[error("{0}")]
    Changed(&'static str),
}

/// What is known of all files before they are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// Most bytes of one file.
    pub(crate) limit: u64,
}

/// Reads files: `big` ones first, and then what `rest` gives. `done` is told of each file, on any
/// thread.
pub(crate) fn read<'a>(
    big: Big<'a>,
    rest: Rest<'a>,
    extent: Extent,
    progress: &dyn Progress,
    done: &(dyn Fn(&Job, Result<Sha256, ReadFault>) + Sync),
) {
    let batch = BATCH_BYTES.checked_div(extent.bytes / extent.files.max(1)).unwrap_or(u64::MAX);
    let batch = usize::try_from(batch).unwrap_or(usize::MAX).clamp(1, crew::share(MOST_IN_BATCH));
    let threads = if extent.bytes < TOO_FEW && extent.files < MOST_IN_BATCH as u64 { 1 } else { crew::size() };
    let queue = Queue::new(big, rest, batch, threads);
    progress.begin(extent.files, extent.bytes);
    let work = || Reader { queue: &queue, limit: extent.limit, progress, done }.run();
    crew::run(threads - 1, &|| queue.one_less(), &work);
    progress.end();
}

/// One thread's work.
struct Reader<'a, 's> {
    queue: &'a Queue<'s>,
    limit: u64,
    progress: &'a dyn Progress,
    done: &'a (dyn Fn(&Job, Result<Sha256, ReadFault>) + Sync),
}

/// A file that is being read, with its place in a lane.
struct Open {
    job: Job,
    file: OwnedFd,
    seen: Seen,
    /// Bytes that were read.
    length: u64,
}

/// A lane and what is read through it.
struct Seat {
    lane: Lane,
    open: Option<Open>,
}

impl Reader<'_, '_> {
    fn run(&self) {
        let seat = || Seat { lane: Lane::new(), open: None };
        let (mut one, mut two) = (seat(), seat());
        let mut taker = Taker::default();
        loop {
            self.take(&mut one, &mut taker, two.open.is_some());
            self.take(&mut two, &mut taker, one.open.is_some());
            if one.open.is_none() && two.open.is_none() {
                return;
            }
            if one.is_waiting() && two.is_waiting() {
                one.lane.compress_both(&mut two.lane);
            } else {
                one.lane.compress();
                two.lane.compress();
            }
            for seat in [&mut one, &mut two] {
                self.go_on(seat);
            }
        }
    }

    /// Gives a free seat the next file that can be opened.
    fn take(&self, seat: &mut Seat, taker: &mut Taker, second: bool) {
        while seat.open.is_none()
            && let Some(job) = self.queue.next(taker, second)
        {
            self.seat(seat, job);
        }
    }

    /// Opens a file and reads its first piece.
    fn seat(&self, seat: &mut Seat, job: Job) {
        match open(&job, self.limit) {
            Ok((file, seen)) => {
                seat.lane.begin();
                seat.open = Some(Open { job, file, seen, length: 0 });
                self.go_on(seat);
            }
            Err(fault) => (self.done)(&job, Err(fault)),
        }
    }

    /// Reads on where everything that was read is hashed, and ends what is at its end.
    fn go_on(&self, seat: &mut Seat) {
        if seat.is_waiting() {
            return;
        }
        let Some(mut open) = seat.open.take() else { return };
        if let Some(digest) = seat.lane.digest() {
            let whole = open.unchanged().map(|()| digest);
            return (self.done)(&open.job, whole);
        }
        match seat.lane.fill(|room| open.read(room)) {
            Ok(count) => {
                self.progress.advance(count as u64);
                // What grows is not followed: neither to the limit nor for ever.
                if open.length > open.size() {
                    seat.lane.begin();
                    return (self.done)(&open.job, Err(ReadFault::Changed("it grew while it was read")));
                }
                seat.open = Some(open);
            }
            Err(error) => (self.done)(&open.job, Err(ReadFault::Io(error))),
        }
    }
}

impl Seat {
    fn is_waiting(&self) -> bool {
        self.open.is_some() && !self.lane.waiting().is_empty()
    }
}

impl Open {
    /// What is looked at again at the end need not be asked for what lies behind its last byte. A size of nothing is
    /// not believed: some systems say so of files that have bytes.
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.size() > 0 && self.length == self.size() {
            return Ok(0);
        }
        let count = rustix::io::retry_on_intr(|| rustix::io::read(&self.file, &mut *room))?;
        self.length += count as u64;
        Ok(count)
    }

    const fn size(&self) -> u64 {
        self.seen.size
    }

    /// Whether the file is still what it was when it was looked at.
    fn unchanged(&self) -> Result<(), ReadFault> {
        if self.length < self.size() {
            return Err(ReadFault::Changed("it shrank while it was read"));
        }
        if look(&self.file)? != self.seen {
            return Err(ReadFault::Changed("it was written to, replaced or removed meanwhile"));
        }
        Ok(())
    }
}

fn open(job: &Job, limit: u64) -> Result<(OwnedFd, Seen), ReadFault> {
    let file = match job.folder.open_file(&job.name) {
        Ok(file) => file,
        Err(error) if is_link_refused(&error) => return Err(ReadFault::Changed("it became a link")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ReadFault::Changed("it was removed")),
        Err(error) => return Err(ReadFault::Io(error)),
    };
    // What was looked at before is looked at again when all is read; another file in its place is told then.
    let seen = match job.seen {
        Some(seen) => seen,
        None => look(&file)?,
    };
    if seen.size > limit {
        return Err(ReadFault::Changed("it grew beyond the limit"));
    }
    Ok((file, seen))
}

fn look(file: &OwnedFd) -> Result<Seen, ReadFault> {
    rustix::fs::fstat(file).map(|stat| Seen::of(&stat)).map_err(|error| ReadFault::Io(error.into()))
}
