//! All ways through the steps at once, one character after the other, in order of preference.

use super::{Edge, Pattern, Step};

/// Places that were remembered; see [`Step::Save`].
type Saved = [Option<usize>; 4];

/// The steps that wait for a character, each at most once, in order of preference.
struct Waiting {
    steps: Vec<(usize, Saved)>,
    /// For each step the last round in which it was reached, so that nothing has to be wiped between rounds.
    reached: Vec<usize>,
    round: usize,
    /// Kept for its memory.
    open: Vec<(usize, Saved)>,
}

impl Waiting {
    fn new(steps: usize) -> Self {
        Self { steps: Vec::new(), reached: vec![0; steps], round: 1, open: Vec::new() }
    }

    fn clear(&mut self) {
        self.steps.clear();
        self.round += 1;
    }

    /// Whether this is the first time in this round.
    fn reach(&mut self, step: usize) -> bool {
        match self.reached.get_mut(step) {
            Some(round) if *round < self.round => {
                *round = self.round;
                true
            }
            _ => false,
        }
    }
}

/// The characters on both sides of a place, and the place.
#[derive(Clone, Copy)]
struct Between {
    before: Option<char>,
    after: Option<char>,
    place: usize,
}

impl Between {
    fn is(self, edge: Edge) -> bool {
        let word = |side: Option<char>| side.is_some_and(|side| side.is_ascii_alphanumeric() || side == '_');
        match edge {
            Edge::Start => self.before.is_none(),
            Edge::End => self.after.is_none(),
            Edge::LineStart => matches!(self.before, None | Some('\n')),
            Edge::LineEnd => matches!(self.after, None | Some('\n')),
            Edge::Word => word(self.before) != word(self.after),
            Edge::NotWord => word(self.before) == word(self.after),
        }
    }
}

impl Pattern {
    /// Whether the expression matches anywhere.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.run(text).is_some()
    }

    /// The first group of the first match, or all of the match where the expression has no group.
    pub(crate) fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        let saved = self.run(text)?;
        let [start, end, group_start, group_end] = saved;
        let (start, end) = if self.has_group { (group_start?, group_end?) } else { (start?, end?) };
        text.get(start..end)
    }

    fn run(&self, text: &str) -> Option<Saved> {
        let mut now = Waiting::new(self.steps.len());
        let mut next = Waiting::new(self.steps.len());
        let mut found = None;
        let mut before = None;
        let mut rest = text.chars();
        loop {
            let place = text.len() - rest.as_str().len();
            let after = rest.next();
            let between = Between { before, after, place };
            // Whatever began earlier is preferred, and a match ends the search for later beginnings.
            if found.is_none() {
                self.follow(&mut now, 0, [None; 4], between);
            }
            let between =
                Between { before: after, after: rest.clone().next(), place: text.len() - rest.as_str().len() };
            for (step, saved) in &now.steps {
                match self.steps.get(*step) {
                    Some(Step::Set(set)) if after.is_some_and(|after| set.contains(after)) => {
                        self.follow(&mut next, step + 1, *saved, between);
                    }
                    Some(Step::Match) => {
                        found = Some(*saved);
                        break;
                    }
                    _ => {}
                }
            }
            if after.is_none() || (found.is_some() && next.steps.is_empty()) {
                return found;
            }
            before = after;
            std::mem::swap(&mut now, &mut next);
            next.clear();
        }
    }

    /// Adds the steps that can be reached from `step` without a character.
    fn follow(&self, waiting: &mut Waiting, step: usize, saved: Saved, between: Between) {
        waiting.open.push((step, saved));
        while let Some((step, mut saved)) = waiting.open.pop() {
            if !waiting.reach(step) {
                continue;
            }
            match self.steps.get(step) {
                Some(Step::Jump(to)) => waiting.open.push((*to, saved)),
                Some(Step::Split(first, second)) => waiting.open.extend([(*second, saved), (*first, saved)]),
                Some(Step::Save(number)) => {
                    if let Some(slot) = saved.get_mut(*number) {
                        *slot = Some(between.place);
                    }
                    waiting.open.push((step + 1, saved));
                }
                Some(Step::Edge(edge)) if between.is(*edge) => waiting.open.push((step + 1, saved)),
                Some(Step::Set(_) | Step::Match) => waiting.steps.push((step, saved)),
                Some(Step::Edge(_)) | None => {}
            }
        }
    }
}
