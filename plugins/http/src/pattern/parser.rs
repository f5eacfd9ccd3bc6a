//! From text to a tree. What is not understood is refused.

use std::{iter::Peekable, str::Chars};

use super::{Edge, Set};

/// Deepest nesting of groups, because trees are walked recursively.
const DEPTH: u32 = 32;

/// Highest count in braces.
const COUNT: u32 = 1_000;

#[derive(Debug)]
pub(super) enum Node {
    Empty,
    Set(Set),
    Edge(Edge),
    /// With its number from 0.
    Group(Box<Self>, u32),
    Sequence(Vec<Self>),
    Either(Box<Self>, Box<Self>),
    Repeat {
        node: Box<Self>,
        least: u32,
        most: Option<u32>,
        greedy: bool,
    },
}

impl Node {
    /// Whether it can match without a character.
    pub(super) fn may_be_empty(&self) -> bool {
        match self {
            Self::Empty | Self::Edge(_) => true,
            Self::Set(_) => false,
            Self::Group(node, _) => node.may_be_empty(),
            Self::Sequence(nodes) => nodes.iter().all(Self::may_be_empty),
            Self::Either(first, second) => first.may_be_empty() || second.may_be_empty(),
            Self::Repeat { node, least, .. } => *least == 0 || node.may_be_empty(),
        }
    }
}

pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) groups: u32,
}

#[derive(Clone, Copy, Default)]
struct Flags {
    ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    flags: Flags,
    groups: u32,
    depth: u32,
}

pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let (flags, text) = flags(text)?;
    let mut parser = Parser { rest: text.chars().peekable(), flags, groups: 0, depth: 0 };
    let node = parser.either()?;
    match parser.rest.next() {
        None => Ok(Parsed { node, groups: parser.groups }),
        Some(_) => Err("a `)` that closes nothing".to_owned()),
    }
}

/// Flags at the beginning: `(?i)`, `(?ms)`.
fn flags(text: &str) -> Result<(Flags, &str), String> {
    let mut flags = Flags::default();
    let Some((letters, rest)) = text.strip_prefix("(?").and_then(|rest| rest.split_once(')')) else {
        return Ok((flags, text));
    };
    if letters.starts_with(':') {
        return Ok((flags, text));
    }
    for letter in letters.chars() {
        match letter {
            'i' => flags.ignore_case = true,
            'm' => flags.multi_line = true,
            's' => flags.dot_all = true,
            _ => return Err("after `(?` only `:` is understood, and `i`, `m`, `s` at the beginning".to_owned()),
        }
    }
    Ok((flags, rest))
}

impl Parser<'_> {
    fn take(&mut self, character: char) -> bool {
        self.rest.next_if_eq(&character).is_some()
    }

    fn either(&mut self) -> Result<Node, String> {
        // A long row of alternatives is a deep tree as well.
        let mut all = vec![self.sequence()?];
        while self.take('|') {
            all.push(self.sequence()?);
            if all.len() > 100 {
                return Err("more than 100 alternatives".to_owned());
            }
        }
        let last = all.pop().unwrap_or(Node::Empty);
        Ok(all.into_iter().rev().fold(last, |second, first| Node::Either(Box::new(first), Box::new(second))))
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut nodes = Vec::new();
        while let Some(next) = self.rest.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            let atom = self.atom()?;
            let node = self.repeated(atom)?;
            nodes.push(node);
        }
        Ok(Node::Sequence(nodes))
    }

    fn atom(&mut self) -> Result<Node, String> {
        let multi_line = self.flags.multi_line;
        match self.rest.next().unwrap_or_default() {
            '.' if self.flags.dot_all => Ok(self.set(true, vec![])),
            '.' => Ok(self.set(true, vec![single('\n')])),
            '^' => Ok(Node::Edge(if multi_line { Edge::LineStart } else { Edge::Start })),
            '$' => Ok(Node::Edge(if multi_line { Edge::LineEnd } else { Edge::End })),
            '(' => self.group(),
            '[' => self.class(),
            '\\' => match self.rest.next_if(|next| matches!(next, 'b' | 'B')) {
                Some('b') => Ok(Node::Edge(Edge::Word)),
                Some(_) => Ok(Node::Edge(Edge::NotWord)),
                None => self.escape().map(|ranges| self.set(false, ranges)),
            },
            '*' | '+' | '?' | '{' => {
                Err("a repetition of nothing; the character itself has a `\\` before it".to_owned())
            }
            character => Ok(self.set(false, vec![single(character)])),
        }
    }

    fn set(&self, negated: bool, ranges: Vec<(u32, u32)>) -> Node {
        Node::Set(Set { negated, fold: self.flags.ignore_case, ranges })
    }

    fn group(&mut self) -> Result<Node, String> {
        let capturing = !self.take('?');
        if !capturing && !self.take(':') {
            return Err("after `(?` only `:` is understood, and `i`, `m`, `s` at the beginning".to_owned());
        }
        let number = self.groups;
        self.groups += u32::from(capturing);
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(["groups deeper than ", &DEPTH.to_string()].concat());
        }
        let node = self.either()?;
        self.depth -= 1;
        if !self.take(')') {
            return Err("a `(` that is not closed".to_owned());
        }
        Ok(if capturing { Node::Group(Box::new(node), number) } else { node })
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, String> {
        let mut times = 0;
        loop {
            let (least, most) = match self.rest.peek() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                Some('{') => (0, Some(0)),
                _ => return Ok(node),
            };
            times += 1;
            if times > DEPTH {
                return Err("repetitions of repetitions".to_owned());
            }
            let (least, most) = if self.take('{') {
                self.counts()?
            } else {
                self.rest.next();
                (least, most)
            };
            node = Node::Repeat { node: Box::new(node), least, most, greedy: !self.take('?') };
        }
    }

    /// What stands behind `{`, with the closing brace.
    fn counts(&mut self) -> Result<(u32, Option<u32>), String> {
        let least = self.count().ok_or_else(malformed)?;
        let most = if !self.take(',') {
            Some(least)
        } else if self.rest.peek() == Some(&'}') {
            None
        } else {
            Some(self.count().ok_or_else(malformed)?)
        };
        let ordered = most.is_none_or(|most| least <= most);
        if self.take('}') && ordered { Ok((least, most)) } else { Err(malformed()) }
    }

    fn count(&mut self) -> Option<u32> {
        let mut count = None;
        while let Some(digit) = self.rest.peek().and_then(|next| next.to_digit(10)) {
            self.rest.next();
            count = Some(count.unwrap_or(0_u32) * 10 + digit).filter(|count| *count <= COUNT);
            count?;
        }
        count
    }

    /// What stands behind a `\`, as a set.
    fn escape(&mut self) -> Result<Vec<(u32, u32)>, String> {
        let escaped = self.rest.next().ok_or("a `\\` at the end")?;
        Ok(match escaped {
            'n' => vec![single('\n')],
            'r' => vec![single('\r')],
            't' => vec![single('\t')],
            'd' => ranges(DIGITS),
            'w' => ranges(WORD),
            's' => ranges(SPACE),
            'D' => outside(DIGITS),
            'W' => outside(WORD),
            'S' => outside(SPACE),
            punctuation if punctuation.is_ascii_punctuation() => vec![single(punctuation)],
            other => {
                let mut why = "no such escape: `\\".to_owned();
                why.push(other);
                why.push('`');
                return Err(why);
            }
        })
    }

    /// What stands behind a `[`, with the closing bracket.
    fn class(&mut self) -> Result<Node, String> {
        let negated = self.take('^');
        let mut all = Vec::new();
        let mut first = true;
        loop {
            let next = self.rest.next().ok_or("a `[` that is not closed")?;
            let mut item = match next {
                ']' if !first => break,
                '[' => return Err("a `[` within a class; the character itself is `\\[`".to_owned()),
                '&' | '~' if self.rest.peek() == Some(&next) => return Err("operators within a class".to_owned()),
                '\\' => self.escape()?,
                character => vec![single(character)],
            };
            first = false;
            if let &[(low, last)] = &item[..]
                && low == last
                && self.ranges_on()
            {
                self.rest.next();
                item = vec![(low, self.range_end(low)?)];
            }
            all.append(&mut item);
        }
        Ok(self.set(negated, all))
    }

    /// Whether a `-` follows that is not the class's last character.
    fn ranges_on(&mut self) -> bool {
        let mut ahead = self.rest.clone();
        ahead.next() == Some('-') && ahead.next() != Some(']')
    }

    fn range_end(&mut self, low: u32) -> Result<u32, String> {
        let end = match self.rest.next().ok_or("a `[` that is not closed")? {
            '\\' => self.escape()?,
            '-' | '[' => return Err("a range to `-` or `[`; the character itself has a `\\` before it".to_owned()),
            character => vec![single(character)],
        };
        match end[..] {
            [(first, last)] if first == last && low <= last => Ok(last),
            _ => Err("a range that ends before it begins".to_owned()),
        }
    }
}

fn malformed() -> String {
    ["expected `{n}`, `{n,}` or `{n,m}`, up to ", &COUNT.to_string()].concat()
}

type Bytes = &'static [(u8, u8)];

const DIGITS: Bytes = &[(b'0', b'9')];
const WORD: Bytes = &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];
const SPACE: Bytes = &[(b'\t', b'\r'), (b' ', b' ')];

fn single(character: char) -> (u32, u32) {
    (character.into(), character.into())
}

fn ranges(bytes: Bytes) -> Vec<(u32, u32)> {
    bytes.iter().map(|(first, last)| ((*first).into(), (*last).into())).collect()
}

/// Everything else, since they are in order.
fn outside(bytes: Bytes) -> Vec<(u32, u32)> {
    let mut from = 0;
    let mut all = Vec::new();
    for (first, last) in ranges(bytes) {
        if from < first {
            all.push((from, first - 1));
        }
        from = last + 1;
    }
    all.push((from, char::MAX.into()));
    all
}
