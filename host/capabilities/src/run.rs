//! One run of one probe: every question goes the same way through here.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use shipworthy_contract::{certificate::Presented, evidence::RequestRecord, quantity::Bytes};
use tokio::{
    sync::{Notify, Semaphore},
    time::Instant,
};

use crate::{
    Access, RecordedRun, Tape,
    containers::described::Descriptions,
    mask::Masks,
    network::millis,
    tape::{Answered, Asked, Exchange, Room},
    transcript::{Source, Transcript},
    wire::pool::Pool,
};

/// Longest question in a note, in characters: a guest must not push the reason of a refusal out of it.
const LONGEST_QUESTION: usize = 160;

/// One run. Cheap to make; what it holds open ends with it.
pub struct Run {
    pub(crate) access: Arc<Access>,
    pub(crate) masks: Masks,
    pub(crate) pool: Pool,
    pub(crate) described: Descriptions,
    transcript: Mutex<Transcript>,
    gate: Semaphore,
    cut: Notify,
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
    /// The recording does not have it.
    fn not_recorded(what: &str) -> Self;
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
            Tape::Replay(recorded) => Transcript::replaying(Arc::clone(recorded)),
        };
        Self {
            masks,
            pool: Pool::default(),
            described: Descriptions::default(),
            transcript: Mutex::new(transcript),
            gate: Semaphore::new(access.limits.concurrent.max(1)),
            cut: Notify::new(),
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

    /// Waits until a replay has come to where the host's clock ended the run that was recorded; for ever in any other.
    pub async fn cut_off(&self) {
        self.cut.notified().await;
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
        self.transcript().recorded()
    }

    pub(crate) fn transcript(&self) -> MutexGuard<'_, Transcript> {
        self.transcript.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way of every question: counted, refused where the vetting refused it, answered by the world or the recording,
    /// masked, noted. `vet` runs before anything else and does no IO; only what it gives can be carried out.
    pub(crate) async fn perform<A, V, F>(
        &self,
        what: &str,
        vet: impl FnOnce() -> Result<(Asked, V), A::Error>,
        carry_out: impl FnOnce(V) -> F,
    ) -> Result<A, A::Error>
    where
        A: Kept,
        F: Future<Output = Result<A, A::Error>>,
    {
        // Short enough that what came of it is told beside it; masked first, since half a secret is not found.
        let what = shipworthy_contract::text::excerpt(&self.masks.text(what), LONGEST_QUESTION);
        let limit = self.access.limits.requests;
        let Some(index) = self.transcript().begin(&what, limit) else {
            let observed = format!("one more: {what}");
            self.overrun.get_or_init(|| Overrun { name: "requests per run", limit: limit.to_string(), observed });
            return Err(A::Error::over_total(limit));
        };
        let (asked, vetted) = match vet() {
            Ok(vetted) => vetted,
            Err(error) => return self.conclude(index, &what, 0, None, Err(error.masked(&self.masks))),
        };
        let source = self.transcript().source(&asked);
        let (result, duration_ms) = match source {
            Source::World => {
                // The semaphore is never closed, so there is always a permit in the end.
                let _permit = self.gate.acquire().await;
                let started = Instant::now();
                let result = carry_out(vetted).await.and_then(|answer| self.within(answer));
                (result.map_err(|error| error.masked(&self.masks)), millis(started.elapsed()))
            }
            Source::Recording(answered, duration_ms) => {
                let result = match A::Error::load((*answered).clone()) {
                    Some(error) => Err(error),
                    None => A::load(*answered).ok_or_else(|| A::Error::not_recorded(&what)),
                };
                (result, duration_ms)
            }
            Source::Nowhere => (Err(A::Error::not_recorded(&what)), 0),
            Source::CutOff => {
                self.cut.notify_one();
                std::future::pending().await
            }
        };
        self.conclude(index, &what, duration_ms, Some(asked), result)
    }

    /// The answer, if all answers together are not too much with it.
    fn within<A: Kept>(&self, answer: A) -> Result<A, A::Error> {
        let size = u64::try_from(answer.size()).unwrap_or(u64::MAX);
        let limit = self.access.limits.answers;
        let add = |so_far: u64| so_far.checked_add(size).filter(|total| *total <= limit);
        match self.answered.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(_) => Ok(answer),
            Err(so_far) => {
                let observed = Bytes(so_far.saturating_add(size)).to_string();
                let limit_in_words = Bytes(limit).to_string();
                self.overrun.get_or_init(|| Overrun { name: "answers per run", limit: limit_in_words, observed });
                Err(A::Error::over_answers(limit))
            }
        }
    }

    /// The exchange, if the recording has room for it.
    fn reserve(&self, room: &Room, what: &str, exchange: Exchange) -> Option<Exchange> {
        let Some(bytes) = room.take(&exchange) else {
            self.transcript().note(&format!("{what}: not kept, because the recording has no room for more"));
            return None;
        };
        self.reserved.fetch_add(bytes, Ordering::Relaxed);
        Some(exchange)
    }

    fn conclude<A: Kept>(
        &self,
        index: usize,
        what: &str,
        duration_ms: u64,
        asked: Option<Asked>,
        result: Result<A, A::Error>,
    ) -> Result<A, A::Error> {
        let words = match &result {
            Ok(answer) => answer.in_words(),
            Err(error) => error.to_string(),
        };
        let kept = match (&self.access.tape, asked) {
            (Tape::Record(room), Some(asked)) => {
                let answered = result.as_ref().map_or_else(Trouble::keep, Kept::keep);
                self.reserve(room, what, Exchange { asked, answered, duration_ms })
            }
            _ => None,
        };
        tracing::debug!(what, answer = words, duration_ms, "asked for a probe");
        let mut transcript = self.transcript();
        if let Err(error) = &result
            && error.is_noteworthy()
            && self.overrun().is_none()
        {
            transcript.note(&format!("{what}: {words}"));
        }
        transcript.end(index, &words, duration_ms, kept);
        result
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
