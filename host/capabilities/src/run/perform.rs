//! The way of every question, from its vetting to its record.

use std::{future::Future, sync::atomic::Ordering, time::Duration};

use tokio::time::Instant;

use super::{Kept, Overrun, Run, Trouble};
use crate::{
    Tape,
    clock::micros,
    tape::{Answered, Asked},
    transcript::Source,
};

/// Longest question in a note, in characters: a guest must not push the reason of a refusal out of it.
const LONGEST_QUESTION: usize = 160;

impl Run {
    /// [`Run::perform_at`] this time.
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
        self.perform_at(self.clock.now(), what, vet, carry_out).await
    }

    /// The way of every question: counted, refused where the vetting refused it, answered by the world or the recording,
    /// masked, noted. `vet` runs before anything else and does no IO; only what it gives can be carried out. `at` is the
    /// guest's time: questions that it asks at the same time begin at the same time.
    pub(crate) async fn perform_at<A, V, F>(
        &self,
        at: Duration,
        what: &str,
        vet: impl FnOnce() -> Result<(Asked, V), A::Error>,
        carry_out: impl FnOnce(V) -> F,
    ) -> Result<A, A::Error>
    where
        A: Kept,
        F: Future<Output = Result<A, A::Error>>,
    {
        if !self.step() {
            return std::future::pending().await;
        }
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
            Err(error) => {
                let result = Err(error.masked(&self.masks));
                self.note(index, &what, &result, Duration::ZERO);
                return result;
            }
        };
        let source = self.transcript().source(&asked, &what);
        let (result, took) = match source {
            Source::World => {
                if matches!(self.access.tape, Tape::Record(_)) {
                    self.transcript().open(index, asked);
                }
                // The semaphore is never closed, so there is always a permit in the end.
                let _permit = self.gate.acquire().await;
                let started = Instant::now();
                let result = carry_out(vetted).await.map_err(|error| error.masked(&self.masks));
                let took = micros(started.elapsed());
                (self.keep(index, &what, result, took), took)
            }
            Source::Recording(answered, took) => (self.load(*answered, &what), took),
            Source::Nowhere(question) => (Err(A::Error::not_recorded(&question)), Duration::ZERO),
            Source::CutOff => {
                self.course.cut_as_recorded();
                std::future::pending().await
            }
        };
        self.clock.reach(at.saturating_add(took));
        self.note(index, &what, &result, took);
        result
    }

    /// A recorded answer.
    fn load<A: Kept>(&self, answered: Answered, what: &str) -> Result<A, A::Error> {
        if let Answered::TooMuch { limit, reached } = answered {
            self.overrun.get_or_init(|| Overrun::of_answers(limit, reached));
            return Err(A::Error::over_answers(limit));
        }
        if let Some(error) = A::Error::load(answered.clone()) {
            return Err(error);
        }
        A::load(answered).ok_or_else(|| {
            self.transcript().miss(what);
            A::Error::not_recorded(what)
        })
    }

    /// What the world answered, as the guest is told it, kept where the run is recorded.
    fn keep<A: Kept>(
        &self,
        index: usize,
        what: &str,
        result: Result<A, A::Error>,
        took: Duration,
    ) -> Result<A, A::Error> {
        let reached = result.as_ref().ok().and_then(|answer| self.within(answer).err());
        let limit = self.access.limits.answers;
        let result = if reached.is_some() { Err(A::Error::over_answers(limit)) } else { result };
        // Which of several answers was the one too many depends on which came first: it is told again as that.
        let too_much = reached.filter(|reached| self.overrun.set(Overrun::of_answers(limit, *reached)).is_ok());
        let Tape::Record(room) = &self.access.tape else { return result };
        let answered = match (too_much, &result) {
            (Some(reached), _) => Answered::TooMuch { limit, reached },
            (None, Ok(answer)) => answer.keep(),
            (None, Err(error)) => error.keep(),
        };
        let mut transcript = self.transcript();
        match transcript.close(index, answered, took).map(|exchange| room.take(exchange)) {
            Some(Some(bytes)) => drop(self.reserved.fetch_add(bytes, Ordering::Relaxed)),
            Some(None) => {
                transcript.forget(index, &format!("{what}: not kept, because the recording has no room for more"));
            }
            None => {}
        }
        result
    }

    /// Whether all answers together are not too much with this one; if so, how much they are.
    fn within<A: Kept>(&self, answer: &A) -> Result<(), u64> {
        let size = u64::try_from(answer.size()).unwrap_or(u64::MAX);
        let limit = self.access.limits.answers;
        let add = |so_far: u64| so_far.checked_add(size).filter(|total| *total <= limit);
        let added = self.answered.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        added.map(drop).map_err(|so_far| so_far.saturating_add(size))
    }

    /// How a question was answered, for the report.
    fn note<A: Kept>(&self, index: usize, what: &str, result: &Result<A, A::Error>, took: Duration) {
        let words = match result {
            Ok(answer) => answer.in_words(),
            Err(error) => error.to_string(),
        };
        tracing::debug!(what, answer = words, ?took, "asked for a probe");
        let is_noteworthy = result.as_ref().is_err_and(Trouble::is_noteworthy);
        self.transcript().end(index, &words, took, is_noteworthy.then(|| format!("{what}: {words}")).as_deref());
    }
}
