//! Which runs answer for which instance.

use std::collections::BTreeSet;

use crate::{
    seen::{Seen, Voice},
    want::What,
};

/// A run, and how much it says about the want in question.
pub(super) type Answer<'a> = (&'a Seen<'a>, Voice);

/// Runs that answer for one instance together: those of all probes that look at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    /// The instance; none where the endpoint has one only.
    pub(super) instance: Option<&'a str>,
    /// The answers. Empty if nobody looks at the service.
    answers: &'a [Answer<'a>],
}

impl<'a> Group<'a> {
    /// The runs.
    pub(super) fn runs(self) -> impl Iterator<Item = &'a Seen<'a>> + Clone {
        self.answers.iter().map(|(seen, _)| *seen)
    }

    /// Those that give evidence.
    pub(super) fn speaking(self) -> Vec<&'a Seen<'a>> {
        let speaking = self.answers.iter().filter(|(_, voice)| *voice == Voice::Evidence);
        speaking.map(|(seen, _)| *seen).collect()
    }
}

/// The runs that a want is judged by, those of one instance side by side.
///
/// Only those probes answer that have the best answer of all probes of the service: a probe that sees digests is not
/// asked for the version that another one sees. Each then answers for all of its instances, so one instance that stays
/// silent is not covered by its neighbours.
pub(super) fn answering<'a>(what: &What, runs: &'a [Seen<'a>]) -> Vec<Answer<'a>> {
    let mut answers: Vec<Answer<'_>> = runs.iter().map(|seen| (seen, seen.voice(what))).collect();
    let best = answers.iter().map(|(_, voice)| *voice).max().unwrap_or(Voice::Silent);
    let have_it = answers.iter().filter(|(_, voice)| *voice == best);
    let probes: BTreeSet<usize> = have_it.map(|(seen, _)| seen.number.probe).collect();
    answers.retain(|(seen, _)| probes.contains(&seen.number.probe));
    answers.sort_by_key(|(seen, _)| seen.instance_number());
    answers
}

/// What [`answering`] gave, by instance; at least one.
pub(super) fn of<'a>(answering: &'a [Answer<'a>]) -> impl Iterator<Item = Group<'a>> {
    let nobody = answering.is_empty().then_some(Group { instance: None, answers: &[] });
    let by_instance = answering.chunk_by(|(a, _), (b, _)| a.instance_number() == b.instance_number());
    let groups =
        by_instance.map(|answers| Group { instance: answers.first().and_then(|(seen, _)| seen.instance()), answers });
    nobody.into_iter().chain(groups)
}
