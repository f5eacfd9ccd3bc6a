//! Regular expressions, as far as a probe's configuration needs them, in a tenth of the size of the smallest crate,
//! which alone would take the component over its 150 KB. A test compares the two over generated expressions.
//!
//! Understood, with the meaning that Rust's `regex` gives it: `.`, classes, `\d \w \s` and their negations (ASCII),
//! `\b \B`, `^ $`, groups, `|`, `* + ? {n,m}` and their lazy forms, and flags at the beginning, `(?ims)`. Anything else is
//! an error, never another meaning. Time is linear in the text, whatever the expression.

mod matcher;
mod parser;

use parser::Node;

/// Most steps of a compiled expression: repetitions multiply, and time is text times steps.
const STEPS: usize = 2_000;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    has_group: bool,
    steps: Vec<Step>,
}

/// A set of characters.
#[derive(Clone, Debug)]
struct Set {
    negated: bool,
    /// Without regard to ASCII case.
    fold: bool,
    ranges: Vec<(u32, u32)>,
}

impl Set {
    fn contains(&self, character: char) -> bool {
        let within =
            |character: char| self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(character)));
        let swapped = if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        };
        (within(character) || (self.fold && within(swapped))) != self.negated
    }
}

/// What holds between two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Start,
    End,
    LineStart,
    LineEnd,
    Word,
    NotWord,
}

#[derive(Debug)]
enum Step {
    Set(Set),
    Edge(Edge),
    /// Goes to both, preferring the first.
    Split(usize, usize),
    Jump(usize),
    /// Remembers the place, by number: 0 and 1 around the whole, 2 and 3 around the first group.
    Save(usize),
    Match,
}

impl Pattern {
    /// Compiles an expression, or says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed = parser::parse(text)?;
        let mut pattern = Self { text: text.to_owned(), has_group: parsed.groups > 0, steps: vec![Step::Save(0)] };
        pattern.compile(&parsed.node)?;
        pattern.steps.extend([Step::Save(1), Step::Match]);
        Ok(pattern)
    }

    /// The expression as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    fn compile(&mut self, node: &Node) -> Result<(), String> {
        if self.steps.len() > STEPS {
            return Err(["comes to more than ", &STEPS.to_string(), " steps"].concat());
        }
        match node {
            Node::Empty => {}
            Node::Set(set) => self.steps.push(Step::Set(set.clone())),
            Node::Edge(edge) => self.steps.push(Step::Edge(*edge)),
            Node::Group(node, 0) => {
                self.steps.push(Step::Save(2));
                self.compile(node)?;
                self.steps.push(Step::Save(3));
            }
            // Only the first group is ever asked for.
            Node::Group(node, _) => self.compile(node)?,
            Node::Sequence(nodes) => nodes.iter().try_for_each(|node| self.compile(node))?,
            Node::Either(first, second) => {
                let split = self.hole();
                self.compile(first)?;
                let jump = self.hole();
                self.fill(split, Step::Split(split + 1, jump + 1));
                self.compile(second)?;
                self.fill(jump, Step::Jump(self.steps.len()));
            }
            Node::Repeat { node, least, most: Some(most), greedy } => {
                self.compile_times(node, *least)?;
                self.compile_optional(node, most.saturating_sub(*least), *greedy)?;
            }
            Node::Repeat { node, least: 0, most: None, greedy } => {
                let split = self.hole();
                if node.may_be_empty() {
                    // Once or more, behind a choice: going round to the beginning, a turn that matched nothing would
                    // find it taken already, and lose its place in the order of preference.
                    self.compile_more(node, *greedy)?;
                } else {
                    self.compile(node)?;
                    self.steps.push(Step::Jump(split));
                }
                self.fill(split, prefer(*greedy, split + 1, self.steps.len()));
            }
            Node::Repeat { node, least, most: None, greedy } => {
                self.compile_times(node, least - 1)?;
                self.compile_more(node, *greedy)?;
            }
        }
        Ok(())
    }

    fn compile_times(&mut self, node: &Node, times: u32) -> Result<(), String> {
        (0..times).try_for_each(|_| self.compile(node))
    }

    /// Once or more.
    fn compile_more(&mut self, node: &Node, greedy: bool) -> Result<(), String> {
        let again = self.steps.len();
        self.compile(node)?;
        let after = self.steps.len() + 1;
        self.steps.push(prefer(greedy, again, after));
        Ok(())
    }

    fn compile_optional(&mut self, node: &Node, times: u32, greedy: bool) -> Result<(), String> {
        let mut splits = Vec::new();
        for _ in 0..times {
            splits.push(self.hole());
            self.compile(node)?;
        }
        let after = self.steps.len();
        for split in splits {
            self.fill(split, prefer(greedy, split + 1, after));
        }
        Ok(())
    }

    /// A step whose targets are not known yet.
    fn hole(&mut self) -> usize {
        self.steps.push(Step::Match);
        self.steps.len() - 1
    }

    fn fill(&mut self, hole: usize, step: Step) {
        if let Some(place) = self.steps.get_mut(hole) {
            *place = step;
        }
    }
}

const fn prefer(greedy: bool, inside: usize, after: usize) -> Step {
    if greedy { Step::Split(inside, after) } else { Step::Split(after, inside) }
}

#[cfg(test)]
mod tests;
