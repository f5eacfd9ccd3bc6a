//! What one run asked, in order: the records for the report, the notes, and the tape.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use shipworthy_contract::{Service, certificate::Presented, evidence::RequestRecord, text::excerpt};

use crate::{
    RecordedRun,
    tape::{Answered, Asked, Exchange},
};

/// What stands as the answer until there is one, and stays if the run ends before.
const UNANSWERED: &str = "no answer before the run ended";

/// Longest `what` and `answer` of a record, in characters.
const LONGEST: usize = 300;

/// Most notes: after so many, more of them say nothing new.
const MOST_NOTES: usize = 32;

/// Most certificates of one run. An endpoint has one, or a few while it is being renewed.
const MOST_CERTIFICATES: usize = 16;

/// Everything that changes while a run goes on.
#[derive(Default)]
pub(crate) struct Transcript {
    entries: Vec<Entry>,
    notes: BTreeSet<String>,
    replay: Option<Replay>,
    /// Containers that `find` gave in this run, and for which services.
    pub(crate) known: BTreeMap<String, BTreeSet<Service>>,
    /// The certificates that endpoints presented in this run.
    certificates: Vec<Presented>,
}

struct Entry {
    record: RequestRecord,
    exchange: Option<Exchange>,
}

/// A recording, and which of its exchanges have been given.
struct Replay {
    recorded: Arc<RecordedRun>,
    given: Vec<bool>,
}

/// Where an answer comes from.
pub(crate) enum Source {
    /// From the world.
    World,
    /// From the recording, with the time that it took then, in milliseconds.
    Recording(Box<Answered>, u64),
    /// There is a recording, and it does not have it.
    Nowhere,
    /// There is a recording, and the run that was recorded was ended before it came so far.
    CutOff,
}

impl Transcript {
    pub(crate) fn replaying(recorded: Arc<RecordedRun>) -> Self {
        let given = vec![false; recorded.exchanges.len()];
        let certificates = recorded.certificates.clone();
        Self { replay: Some(Replay { recorded, given }), certificates, ..Self::default() }
    }

    /// Makes room for a record, so that records stand in the order of the requests and a request that is still under way
    /// when the run ends is not lost. `None` once as many as `limit` have been made.
    pub(crate) fn begin(&mut self, what: &str, limit: u32) -> Option<usize> {
        let index = self.entries.len();
        if u32::try_from(index).is_ok_and(|count| count >= limit) {
            return None;
        }
        let record = RequestRecord { what: excerpt(what, LONGEST), answer: UNANSWERED.to_owned(), duration_ms: 0 };
        self.entries.push(Entry { record, exchange: None });
        Some(index)
    }

    pub(crate) fn end(&mut self, index: usize, answer: &str, duration_ms: u64, exchange: Option<Exchange>) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.record.answer = excerpt(answer, LONGEST);
            entry.record.duration_ms = duration_ms;
            entry.exchange = exchange;
        }
    }

    pub(crate) fn note(&mut self, note: &str) {
        if self.notes.len() < MOST_NOTES {
            self.notes.insert(excerpt(note, LONGEST));
        }
    }

    /// Keeps what an endpoint presented: each certificate of it once.
    pub(crate) fn presented(&mut self, presented: Presented) {
        let leaf = |presented: &Presented| presented.chain.first().map(|first| first.sha256);
        let is_known = |known: &Presented| known.url == presented.url && leaf(known) == leaf(&presented);
        if self.certificates.len() < MOST_CERTIFICATES && !self.certificates.iter().any(is_known) {
            self.certificates.push(presented);
        }
    }

    /// What endpoints presented, in the order in which they did.
    pub(crate) fn certificates(&self) -> Vec<Presented> {
        self.certificates.clone()
    }

    /// The next recorded answer to an equal question, each given once.
    pub(crate) fn source(&mut self, asked: &Asked) -> Source {
        let Some(replay) = &mut self.replay else { return Source::World };
        let next = replay
            .recorded
            .exchanges
            .iter()
            .zip(&mut replay.given)
            .find(|(exchange, given)| !**given && exchange.asked == *asked);
        match next {
            Some((exchange, given)) => {
                *given = true;
                Source::Recording(Box::new(exchange.answered.clone()), exchange.duration_ms)
            }
            None if replay.recorded.cut_off => Source::CutOff,
            None => Source::Nowhere,
        }
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.entries.iter().map(|entry| entry.record.clone()).collect()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.iter().cloned().collect()
    }

    /// What is kept for the tape, given once.
    pub(crate) fn recorded(&mut self) -> RecordedRun {
        let exchanges = self.entries.iter_mut().filter_map(|entry| entry.exchange.take()).collect();
        RecordedRun { exchanges, certificates: self.certificates.clone(), cut_off: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(name: &str, answer: &str) -> Exchange {
        Exchange {
            asked: Asked::Env { id: "a".to_owned(), name: name.to_owned() },
            answered: Answered::Text(Some(answer.to_owned())),
            duration_ms: 3,
        }
    }

    #[test]
    fn equal_questions_get_their_answers_in_order_and_once() {
        let exchanges = vec![exchange("A", "1"), exchange("B", "2"), exchange("A", "3")];
        let recorded = RecordedRun { exchanges, ..RecordedRun::default() };
        let mut transcript = Transcript::replaying(Arc::new(recorded));
        let mut given = |name: &str| match transcript.source(&exchange(name, "").asked) {
            Source::Recording(answered, 3) => match *answered {
                Answered::Text(text) => text,
                _ => None,
            },
            _ => None,
        };
        let answers = ["B", "A", "A", "A", "C"].map(&mut given);
        assert_eq!(answers.each_ref().map(Option::as_deref), [Some("2"), Some("1"), Some("3"), None, None]);
    }

    #[test]
    fn a_request_under_way_is_not_lost_and_the_total_is_kept() {
        let mut transcript = Transcript::default();
        assert_eq!(transcript.begin("GET /\n::error::a", 1), Some(0));
        assert_eq!(transcript.begin("GET /b", 1), None);
        let records = transcript.records();
        assert_eq!(records.len(), 1);
        assert_eq!((records[0].what.as_str(), records[0].answer.as_str()), ("GET / ::error::a", UNANSWERED));
    }
}
