//! One run of one probe: every question goes the same way through here.

mod perform;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use shipworthy_contract::{certificate::Presented, evidence::RequestRecord, quantity::Bytes};
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    Access, Clock, RecordedRun, Tape,
    containers::described::Descriptions,
    course::Course,
    mask::Masks,
    tape::Answered,
    transcript::{Transcript, Unrecorded},
    wire::pool::Pool,
};

/// One run. Cheap to make; what it holds open ends with it.
pub struct Run {
    pub(crate) access: Arc<Access>,
    pub(crate) masks: Masks,
    pub(crate) pool: Pool,
    pub(crate) described: Descriptions,
    transcript: Mutex<Transcript>,
    gate: Semaphore,
    clock: Clock,
    course: Course,
    /// Until when the container engine is waited for.
    pub(crate) containers_until: Instant,
    /// Bytes that were answered.
    answered: AtomicU64,
    /// The first limit of the run as a whole that was reached.
    overrun: OnceLock<Overrun>,
    /// Bytes of the recording that are taken by what nobody has asked for yet.
    reserved: AtomicU64,
}

/// A limit of a whole run that was reached: whoever runs the guest ends it, since asking more slowly or for less would not
/// help it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overrun {
    /// Of what: `requests per run`, `answers per run`.
    pub name: &'static str,
    /// The limit, in words with its unit.
    pub limit: String,
    /// What was reached, in words.
    pub observed: String,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("own", &self.access.own).finish_non_exhaustive()
    }
}

/// What nobody asked for, such as of an attempt that was made again, takes no room in the recording.
impl Drop for Run {
    fn drop(&mut self) {
        if let Tape::Record(room) = &self.access.tape {
            room.give_back(*self.reserved.get_mut());
        }
    }
}

/// An answer of one kind, and how it is kept.
pub(crate) trait Kept: Sized {
    /// Why there may be none.
    type Error: Trouble;
    /// For the tape.
    fn keep(&self) -> Answered;
    /// From the tape; `None` if it is the answer to another kind of question.
    fn load(answered: Answered) -> Option<Self>;
    /// Bytes that it holds, roughly.
    fn size(&self) -> usize;
    /// `200, 512 bytes`.
    fn in_words(&self) -> String;
}

/// An error of one kind, and how it is kept.
pub(crate) trait Trouble: Sized + fmt::Display {
    /// The run has asked too often.
    fn over_total(limit: u32) -> Self;
    /// The run has been told too much.
    fn over_answers(limit: u64) -> Self;
    /// The recording does not have it: the question in words, with the nearest that it has.
    fn not_recorded(question: &str) -> Self;
    /// With the host's secrets masked.
    fn masked(self, masks: &Masks) -> Self;
    /// For the tape.
    fn keep(&self) -> Answered;
    /// From the tape.
    fn load(answered: Answered) -> Option<Self>;
    /// Whether the report is to tell of it although the probe may get over it: something undeclared was asked, or a
    /// limit was hit.
    fn is_noteworthy(&self) -> bool;
}

impl Run {
    /// Begins a run.
    pub fn new(access: Arc<Access>) -> Self {
        let of_endpoints = access.roles.values().flat_map(|target| target.secrets());
        let masks = access.secrets.with(of_endpoints);
        let transcript = match &access.tape {
            Tape::Off | Tape::Record(_) => Transcript::default(),
            Tape::Replay(replay) => Transcript::replaying(replay.clone()),
        };
        let (begun, last) = match &access.tape {
            Tape::Off | Tape::Record(_) => (access.calendar.now(), None),
            Tape::Replay(replay) => (replay.told.began, replay.told.steps.filter(|_| replay.is_same)),
        };
        Self {
            masks,
            pool: Pool::default(),
            described: Descriptions::default(),
            transcript: Mutex::new(transcript),
            gate: Semaphore::new(access.limits.concurrent.max(1)),
            clock: Clock::new(begun),
            course: Course::new(last),
            containers_until: Instant::now() + access.limits.containers_until,
            answered: AtomicU64::new(0),
            overrun: OnceLock::new(),
            reserved: AtomicU64::new(0),
            access,
        }
    }

    /// What was asked and how it was answered, in the order of asking; refused and unanswered requests included.
    pub fn records(&self) -> Vec<RequestRecord> {
        self.transcript().records()
    }

    /// Undeclared uses that were refused, and limits on one request that were hit, each once.
    pub fn notes(&self) -> Vec<String> {
        self.transcript().notes()
    }

    /// The limit of the run as a whole that was reached, if one was: the guest is not to go on.
    pub fn overrun(&self) -> Option<&Overrun> {
        self.overrun.get()
    }

    /// The time that the guest is told.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether answers come from a recording: then nothing is waited for in truth.
    pub fn is_replay(&self) -> bool {
        matches!(self.access.tape, Tape::Replay(_))
    }

    /// One step more of what anybody sees of the guest. If not, it is one that the recorded run was cut before: it is not
    /// to be taken, and the run ends.
    pub fn step(&self) -> bool {
        self.course.step()
    }

    /// Ends a replay where a live run would wait until its deadline.
    pub fn cut_short(&self) {
        if self.is_replay() {
            self.course.cut();
        }
    }

    /// Waits until a replay has come to where the host's clock ended the run that was recorded, or would end this one; for
    /// ever in any other.
    pub async fn cut_off(&self) {
        self.course.until_cut().await;
    }

    /// Whether a replay has come to where the host's clock ended the run that was recorded.
    pub fn is_cut_as_recorded(&self) -> bool {
        self.course.is_cut_as_recorded()
    }

    /// What a replay was asked and its recording does not hold.
    pub fn unrecorded(&self) -> Unrecorded {
        self.transcript().unrecorded()
    }

    /// What the guest says, with a mask over the host's secrets. Its answers are masked already; but a guest may read what
    /// a service wrote in a way that no mask knows.
    pub fn masked(&self, text: &str) -> String {
        self.masks.text(text)
    }

    /// The certificates that endpoints presented, each once.
    pub fn certificates(&self) -> Vec<Presented> {
        self.transcript().certificates()
    }

    /// Keeps what an endpoint presented. A certificate is the service's text as any answer is, and is masked as one.
    pub(crate) fn presented(&self, mut presented: Presented) {
        for certificate in &mut presented.chain {
            let texts = [&mut certificate.subject, &mut certificate.issuer].into_iter().chain(&mut certificate.names);
            texts.for_each(|text| *text = self.masks.text(text));
        }
        self.transcript().presented(presented);
    }

    /// What was asked and answered, to be replayed; empty unless the tape is [`Tape::Record`]. It is given once.
    pub fn recorded(&self) -> RecordedRun {
        self.reserved.store(0, Ordering::Relaxed);
        let mut exchanges = self.transcript().exchanges();
        // For what was answered, room was taken when it was.
        if let Tape::Record(room) = &self.access.tape {
            exchanges.retain(|exchange| exchange.answered != Answered::Nothing || room.take(exchange).is_some());
        }
        RecordedRun {
            began: self.clock.begun(),
            exchanges,
            certificates: self.certificates(),
            ..RecordedRun::default()
        }
    }

    /// The same of a run that the host's clock ended.
    pub fn recorded_until_cut(&self) -> RecordedRun {
        RecordedRun { cut_off: true, steps: Some(self.course.taken()), ..self.recorded() }
    }

    pub(crate) fn transcript(&self) -> MutexGuard<'_, Transcript> {
        self.transcript.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Overrun {
    fn of_answers(limit: u64, reached: u64) -> Self {
        Self { name: "answers per run", limit: Bytes(limit).to_string(), observed: Bytes(reached).to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, Request};

    fn sendable<T: Send>(_: &T) {}

    #[test]
    fn every_question_can_be_asked_from_any_thread() {
        fn futures(run: &Run) {
            sendable(&run.http(Request::default()));
            sendable(&run.http_all(Vec::new()));
            sendable(&run.grpc(Call::default()));
            sendable(&run.find(None));
            sendable(&run.env("", ""));
            sendable(&run.label("", ""));
            sendable(&run.sha256("", ""));
            sendable(&run.read_file("", "", 1));
            sendable(&run.logs("", 1));
        }
        fn sync<T: Send + Sync>() {}
        sync::<Run>();
        let _: fn(&Run) = futures;
    }
}
