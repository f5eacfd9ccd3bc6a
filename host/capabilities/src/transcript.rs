//! What one run asked, in order: the records for the report, the notes, and the tape.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use shipworthy_contract::{Service, certificate::Presented, evidence::RequestRecord, text::excerpt};

use crate::{
    nearest::nearest,
    network::millis,
    tape::{Answered, Asked, Exchange, Replay},
};

/// What stands as the answer until there is one, and stays if the run ends before.
const UNANSWERED: &str = "no answer before the run ended";

/// Longest `what` and `answer` of a record, in characters.
const LONGEST: usize = 300;

/// Most notes: after so many, more of them say nothing new.
const MOST_NOTES: usize = 32;

/// Most certificates of one run. An endpoint has one, or a few while it is being renewed.
const MOST_CERTIFICATES: usize = 16;

/// Most questions that are told of those that a recording does not hold. Whoever records anew has all of them answered.
const MOST_UNRECORDED: usize = 16;

/// Everything that changes while a run goes on.
#[derive(Default)]
pub(crate) struct Transcript {
    entries: Vec<Entry>,
    replay: Option<Told>,
    /// What a recording does not hold.
    unrecorded: Unrecorded,
    /// Containers that `find` gave in this run, and for which services.
    pub(crate) known: BTreeMap<String, BTreeSet<Service>>,
    /// The certificates that endpoints presented in this run.
    certificates: Vec<Presented>,
}

struct Entry {
    record: RequestRecord,
    /// Kept here, in the order of asking: which answer came first must not decide which notes there are.
    notes: Vec<String>,
    kept: Kept,
}

/// What is kept of a question for the tape.
#[derive(Default)]
enum Kept {
    /// It is not kept.
    #[default]
    Nothing,
    /// It has no answer yet.
    Open(Asked),
    /// It has.
    Closed(Exchange),
}

/// A recording, and which of its exchanges have been given.
struct Told {
    replay: Replay,
    given: Vec<bool>,
}

/// Questions of a replay that its recording does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unrecorded {
    /// In the order of asking, each once and in words, with the nearest that is recorded.
    pub questions: Vec<String>,
    /// How many more there were.
    pub more: usize,
}

/// Where an answer comes from.
pub(crate) enum Source {
    /// From the world.
    World,
    /// From the recording, with the time that it took then.
    Recording(Box<Answered>, Duration),
    /// There is a recording, and it does not have it: the question in words, with the nearest that it has.
    Nowhere(String),
    /// There is a recording, and the run that was recorded was ended before there was an answer.
    CutOff,
}

impl Transcript {
    pub(crate) fn replaying(replay: Replay) -> Self {
        let given = vec![false; replay.told.exchanges.len()];
        let certificates = replay.told.certificates.clone();
        Self { replay: Some(Told { replay, given }), certificates, ..Self::default() }
    }

    /// Makes room for a record, so that records stand in the order of the requests and a request that is still under way
    /// when the run ends is not lost. `None` once as many as `limit` have been made.
    pub(crate) fn begin(&mut self, what: &str, limit: u32) -> Option<usize> {
        let index = self.entries.len();
        if u32::try_from(index).is_ok_and(|count| count >= limit) {
            return None;
        }
        let record = RequestRecord { what: excerpt(what, LONGEST), answer: UNANSWERED.to_owned(), duration_ms: 0 };
        self.entries.push(Entry { record, notes: Vec::new(), kept: Kept::Nothing });
        Some(index)
    }

    /// Keeps what is asked, for the tape.
    pub(crate) fn open(&mut self, index: usize, asked: Asked) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.kept = Kept::Open(asked);
        }
    }

    /// How a question was answered, and what is worth noting of it.
    pub(crate) fn end(&mut self, index: usize, answer: &str, duration: Duration, note: Option<&str>) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.record.answer = excerpt(answer, LONGEST);
            entry.record.duration_ms = millis(duration);
            entry.notes.extend(note.map(|note| excerpt(note, LONGEST)));
        }
    }

    /// The exchange that a question and its answer are, if the question is kept.
    pub(crate) fn close(&mut self, index: usize, answered: Answered, duration: Duration) -> Option<&Exchange> {
        let entry = self.entries.get_mut(index)?;
        let Kept::Open(asked) = std::mem::take(&mut entry.kept) else { return None };
        entry.kept = Kept::Closed(Exchange { asked, answered, duration });
        match &entry.kept {
            Kept::Closed(exchange) => Some(exchange),
            Kept::Nothing | Kept::Open(_) => None,
        }
    }

    /// Forgets an exchange for which the tape has no room.
    pub(crate) fn forget(&mut self, index: usize, note: &str) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.kept = Kept::Nothing;
            entry.notes.push(excerpt(note, LONGEST));
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
    pub(crate) fn source(&mut self, asked: &Asked, what: &str) -> Source {
        let Some(Told { replay, given }) = &mut self.replay else { return Source::World };
        let told = &replay.told;
        let next = told.exchanges.iter().zip(given).find(|(exchange, given)| !**given && exchange.asked == *asked);
        if let Some((Exchange { answered, duration, .. }, given)) = next {
            *given = true;
            return match answered {
                Answered::Nothing => Source::CutOff,
                answered => Source::Recording(Box::new(answered.clone()), *duration),
            };
        }
        // As recordings were that did not count steps.
        if told.cut_off && told.steps.is_none() && replay.is_same {
            return Source::CutOff;
        }
        // Looking for the nearest takes its time.
        let is_told = self.unrecorded.questions.len() < MOST_UNRECORDED;
        let near = if is_told { nearest(asked, &told.exchanges) } else { Vec::new() };
        let question = if near.is_empty() { what.to_owned() } else { format!("{what}; nearest: {}", near.join(", ")) };
        self.miss(&question);
        Source::Nowhere(question)
    }

    /// A question that the recording does not hold.
    pub(crate) fn miss(&mut self, question: &str) {
        let Unrecorded { questions, more } = &mut self.unrecorded;
        if questions.len() >= MOST_UNRECORDED {
            *more += 1;
        } else if questions.iter().all(|known| known != question) {
            questions.push(question.to_owned());
        }
    }

    pub(crate) fn unrecorded(&self) -> Unrecorded {
        self.unrecorded.clone()
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.entries.iter().map(|entry| entry.record.clone()).collect()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = BTreeSet::new();
        for note in self.entries.iter().flat_map(|entry| &entry.notes) {
            if notes.len() == MOST_NOTES {
                break;
            }
            notes.insert(note.clone());
        }
        notes.into_iter().collect()
    }

    /// The exchanges that are kept for the tape, given once. A question without an answer is one whose run ended before.
    pub(crate) fn exchanges(&mut self) -> Vec<Exchange> {
        let kept = self.entries.iter_mut().map(|entry| std::mem::take(&mut entry.kept));
        let exchange = |kept| match kept {
            Kept::Nothing => None,
            Kept::Open(asked) => Some(Exchange { asked, answered: Answered::Nothing, duration: Duration::ZERO }),
            Kept::Closed(exchange) => Some(exchange),
        };
        kept.filter_map(exchange).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::RecordedRun;

    const TOOK: Duration = Duration::from_micros(3_250);

    fn asked(name: &str) -> Asked {
        Asked::Env { id: "a".to_owned(), name: name.to_owned() }
    }

    fn exchange(name: &str, answer: &str) -> Exchange {
        Exchange { asked: asked(name), answered: Answered::Text(Some(answer.to_owned())), duration: TOOK }
    }

    fn replaying(exchanges: Vec<Exchange>, is_same: bool, cut: impl FnOnce(&mut RecordedRun)) -> Transcript {
        let mut told = RecordedRun { exchanges, ..RecordedRun::default() };
        cut(&mut told);
        Transcript::replaying(Replay { told: Arc::new(told), is_same })
    }

    /// What comes of asking, in words.
    fn answer(transcript: &mut Transcript, name: &str) -> String {
        match transcript.source(&asked(name), name) {
            Source::Recording(answered, TOOK) => match *answered {
                Answered::Text(text) => text.unwrap_or_default(),
                other => format!("{other:?}"),
            },
            Source::Recording(_, took) => format!("took {took:?}"),
            Source::Nowhere(question) => question,
            Source::CutOff => "cut off".to_owned(),
            Source::World => "the world".to_owned(),
        }
    }

    #[test]
    fn equal_questions_get_their_answers_in_order_and_once() {
        let exchanges = vec![exchange("A", "1"), exchange("B", "2"), exchange("A", "3")];
        let mut transcript = replaying(exchanges, true, |_| {});
        let answers = ["B", "A", "A"].map(|name| answer(&mut transcript, name));
        assert_eq!(answers, ["2", "1", "3"]);
        let near = "A; nearest: containers.env A of a (told already), containers.env B of a";
        assert_eq!(answer(&mut transcript, "A"), near);
        assert_eq!(transcript.unrecorded(), Unrecorded { questions: vec![near.to_owned()], more: 0 });
    }

    #[test]
    fn there_is_an_end_of_what_is_told_of_questions_that_are_not_recorded() {
        let mut transcript = replaying(Vec::new(), true, |_| {});
        for number in 0..MOST_UNRECORDED + 3 {
            let name = format!("N{number}");
            assert_eq!(answer(&mut transcript, &name), name);
        }
        let Unrecorded { questions, more } = transcript.unrecorded();
        assert_eq!((questions.len(), more), (MOST_UNRECORDED, 3));
    }

    #[test]
    fn a_question_that_nobody_answered_in_time_is_not_answered_in_a_replay_either() {
        let open = || Exchange { answered: Answered::Nothing, ..exchange("A", "") };
        for is_same in [true, false] {
            let mut transcript = replaying(vec![open()], is_same, |told| (told.cut_off, told.steps) = (true, Some(1)));
            assert_eq!(answer(&mut transcript, "A"), "cut off");
            assert!(answer(&mut transcript, "B").starts_with("B; nearest:"));
        }
        // A recording that counted no steps says no more than that the run ended there.
        for (is_same, expected) in [(true, "cut off"), (false, "B")] {
            assert_eq!(answer(&mut replaying(Vec::new(), is_same, |told| told.cut_off = true), "B"), expected);
        }
    }

    #[test]
    fn a_request_under_way_is_not_lost_and_the_total_is_kept() {
        let mut transcript = Transcript::default();
        assert_eq!(transcript.begin("GET /\n::error::a", 1), Some(0));
        assert_eq!(transcript.begin("GET /b", 1), None);
        let records = transcript.records();
        assert_eq!(records.len(), 1);
        assert_eq!((records[0].what.as_str(), records[0].answer.as_str()), ("GET / ::error::a", UNANSWERED));
        assert!(transcript.exchanges().is_empty(), "nothing is kept of what was not opened");
    }

    #[test]
    fn what_is_kept_is_kept_with_its_answer_or_without() {
        let mut transcript = Transcript::default();
        for (index, name) in ["A", "B", "C"].into_iter().enumerate() {
            transcript.begin(name, 9);
            transcript.open(index, asked(name));
        }
        assert_eq!(transcript.close(1, Answered::Text(None), TOOK).map(|kept| kept.duration), Some(TOOK));
        assert!(transcript.close(2, Answered::Text(None), TOOK).is_some());
        transcript.forget(2, "no room");
        let kept = transcript.exchanges();
        let answers: Vec<&Answered> = kept.iter().map(|exchange| &exchange.answered).collect();
        assert_eq!(answers, [&Answered::Nothing, &Answered::Text(None)]);
        assert_eq!(transcript.notes(), ["no room"]);
        assert!(transcript.exchanges().is_empty(), "it is given once");
    }

    #[test]
    fn which_notes_there_are_does_not_depend_on_which_answer_came_first() {
        let notes = |order: &[usize]| {
            let mut transcript = Transcript::default();
            for number in 0..MOST_NOTES + 8 {
                transcript.begin(&number.to_string(), 99);
            }
            for index in order {
                transcript.end(*index, "", TOOK, Some(&format!("note {index}")));
            }
            transcript.notes()
        };
        let mut order: Vec<usize> = (0..MOST_NOTES + 8).collect();
        let forwards = notes(&order);
        order.reverse();
        assert_eq!(notes(&order), forwards);
        assert_eq!(forwards.len(), MOST_NOTES);
    }
}
