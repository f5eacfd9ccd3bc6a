//! Composes the parser's events into nodes: anchors, aliases, merge keys, duplicate keys, limits.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use shipworthy_contract::node::{Key, Node, NodeValue, Position};

use super::{Document, Duplicate, YamlError, position, scalar};
use crate::Limits;

/// Composes the first document.
pub(super) fn compose(text: &str, limits: &Limits) -> Result<Document, YamlError> {
    // The parser's own limits stand one above ours, so that ours are the ones that are met.
    let nesting = limits.depth.saturating_add(1);
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: nesting,
        block_nesting_limit: nesting,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut composer = Composer::new(limits);
    loop {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => return Ok(composer.document(None)),
            Some(Ok((Event::DocumentEnd, _))) => break,
            Some(Ok((event, span))) => composer.event(event, span)?,
            Some(Err(error)) => return Err(syntax(&error, limits)),
        }
    }
    let second = what_follows(&mut parser);
    Ok(composer.document(second))
}

/// Where something follows the first document. It is not read any further: to 1.0 to 1.2 it does not exist.
fn what_follows<'text>(parser: &mut Parser<'text, StrInput<'text>>) -> Option<Position> {
    match parser.next_event() {
        None | Some(Ok((Event::StreamEnd, _))) => None,
        Some(Ok((_, span))) => Some(at(span.start)),
        Some(Err(error)) => Some(at(*error.marker())),
    }
}

fn syntax(error: &ScanError, limits: &Limits) -> YamlError {
    let at = at(*error.marker());
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => YamlError::Limit { at, limit: limits.depth, what: "levels of nesting" },
        kind => YamlError::Syntax { at, reason: kind.to_string() },
    }
}

fn at(marker: Marker) -> Position {
    position(marker.line(), marker.col())
}

/// What a node costs, aliases expanded.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    nodes: usize,
    text: usize,
    depth: usize,
}

/// A finished node.
#[derive(Clone, Debug)]
struct Built {
    node: Node,
    weight: Weight,
    /// Whether it is a plain `<<`.
    merges: bool,
}

/// A collection that is still open.
struct Frame {
    at: Position,
    anchor: usize,
    weight: Weight,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

#[derive(Default)]
struct Mapping {
    entries: Vec<(Key, Node)>,
    seen: HashMap<String, Position>,
    key: Option<(Key, bool)>,
    merged: Vec<Node>,
}

struct Composer<'a> {
    limits: &'a Limits,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Built>,
    /// All nodes of the document so far.
    total: Weight,
    /// All copies that are kept for aliases; nested anchors would make them grow with the square.
    kept: Weight,
    document: Document,
}

impl<'a> Composer<'a> {
    fn new(limits: &'a Limits) -> Self {
        let document = Document { root: None, custom_tags: Vec::new(), second: None, duplicates: Vec::new() };
        Self {
            limits,
            stack: Vec::new(),
            anchors: HashMap::new(),
            total: Weight::default(),
            kept: Weight::default(),
            document,
        }
    }

    fn document(self, second: Option<Position>) -> Document {
        Document { second, ..self.document }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let start = at(span.start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.note(tag.as_deref(), span);
                let built = built_scalar(&text, style, tag.as_deref(), span);
                self.charge(built.weight, start)?;
                self.keep(anchor, &built)?;
                self.put(built)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.note(tag.as_deref(), span);
                self.open(start, anchor, Content::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.note(tag.as_deref(), span);
                self.open(start, anchor, Content::Mapping(Mapping::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor, start),
            _ => Ok(()),
        }
    }

    fn note(&mut self, tag: Option<&Tag>, span: Span) {
        if let Some(tag) = scalar::specific(tag).filter(|tag| scalar::is_custom(tag)) {
            let start = span.tag_start().unwrap_or(span.start);
            self.document.custom_tags.push((tag.original(), at(start)));
        }
    }

    fn open(&mut self, at: Position, anchor: usize, content: Content) -> Result<(), YamlError> {
        if self.stack.len() >= self.limits.depth {
            return Err(self.too_deep(at));
        }
        let weight = Weight { nodes: 1, text: 0, depth: 1 };
        self.charge(weight, at)?;
        self.stack.push(Frame { at, anchor, weight, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), YamlError> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let value = match frame.content {
            Content::Sequence(items) => NodeValue::Sequence(items),
            Content::Mapping(mapping) => NodeValue::Mapping(mapping.finish()?),
        };
        let built = Built { node: Node { at: frame.at, value }, weight: frame.weight, merges: false };
        self.keep(frame.anchor, &built)?;
        self.put(built)
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), YamlError> {
        // Only what is finished is kept, so an alias to what is still open finds nothing.
        let Some(kept) = self.anchors.get(&anchor) else { return Err(YamlError::Recursive { at }) };
        let weight = kept.weight;
        if self.stack.len().saturating_add(weight.depth) > self.limits.depth {
            return Err(self.too_deep(at));
        }
        self.charge(weight, at)?;
        // The copy is made only after it has been paid for.
        let Some(mut built) = self.anchors.get(&anchor).cloned() else { return Err(YamlError::Recursive { at }) };
        built.node.at = at;
        built.merges = false;
        self.put(built)
    }

    fn keep(&mut self, anchor: usize, built: &Built) -> Result<(), YamlError> {
        if anchor == 0 {
            return Ok(());
        }
        let kept = add(self.kept, built.weight);
        self.within(kept, built.node.at)?;
        self.kept = kept;
        self.anchors.insert(anchor, built.clone());
        Ok(())
    }

    fn charge(&mut self, weight: Weight, at: Position) -> Result<(), YamlError> {
        let total = add(self.total, weight);
        self.within(total, at)?;
        self.total = total;
        Ok(())
    }

    fn within(&self, weight: Weight, at: Position) -> Result<(), YamlError> {
        if weight.nodes > self.limits.nodes {
            return Err(YamlError::Limit { at, limit: self.limits.nodes, what: "nodes, aliases expanded" });
        }
        if weight.text > self.limits.text_bytes {
            return Err(YamlError::Limit {
                at,
                limit: self.limits.text_bytes,
                what: "bytes of text, aliases expanded",
            });
        }
        Ok(())
    }

    const fn too_deep(&self, at: Position) -> YamlError {
        YamlError::Limit { at, limit: self.limits.depth, what: "levels of nesting" }
    }

    /// Puts a finished node where it belongs: into the innermost open collection, or as the document's root.
    fn put(&mut self, built: Built) -> Result<(), YamlError> {
        let Some(frame) = self.stack.last_mut() else {
            self.document.root = Some(built.node);
            return Ok(());
        };
        let inner = built.weight;
        frame.weight =
            Weight { depth: frame.weight.depth.max(inner.depth.saturating_add(1)), ..add(frame.weight, inner) };
        match &mut frame.content {
            Content::Sequence(items) => items.push(built.node),
            Content::Mapping(mapping) => mapping.put(built, &mut self.document.duplicates)?,
        }
        Ok(())
    }
}

impl Mapping {
    fn put(&mut self, built: Built, duplicates: &mut Vec<Duplicate>) -> Result<(), YamlError> {
        let Some((key, merges)) = self.key.take() else {
            self.key = Some((key_of(built.node)?, built.merges));
            return Ok(());
        };
        if let Some(first) = self.seen.get(&key.text) {
            duplicates.push(Duplicate { key: key.text, at: key.at, first: *first });
            return Ok(());
        }
        self.seen.insert(key.text.clone(), key.at);
        if merges {
            self.merged.push(built.node);
        } else {
            self.entries.push((key, built.node));
        }
        Ok(())
    }

    /// Adds what `<<` brings: never over a key that is written, and of several maps the first wins.
    fn finish(mut self) -> Result<Vec<(Key, Node)>, YamlError> {
        for node in std::mem::take(&mut self.merged) {
            let at = node.at;
            match node.value {
                NodeValue::Mapping(entries) => self.merge(entries),
                NodeValue::Sequence(items) => {
                    for item in items {
                        match item.value {
                            NodeValue::Mapping(entries) => self.merge(entries),
                            NodeValue::Null | NodeValue::Scalar(_) | NodeValue::Sequence(_) => {
                                return Err(YamlError::Merge { at: item.at });
                            }
                        }
                    }
                }
                NodeValue::Null | NodeValue::Scalar(_) => return Err(YamlError::Merge { at }),
            }
        }
        Ok(self.entries)
    }

    fn merge(&mut self, entries: Vec<(Key, Node)>) {
        for (key, node) in entries {
            if !self.seen.contains_key(&key.text) {
                self.seen.insert(key.text.clone(), key.at);
                self.entries.push((key, node));
            }
        }
    }
}

fn built_scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Built {
    let implied = style == ScalarStyle::Plain && span.byte_range().is_some_and(|range| range.is_empty());
    let tag = scalar::specific(tag);
    let value = scalar::value(text, style, tag, implied);
    Built {
        node: Node { at: at(span.start), value },
        weight: Weight { nodes: 1, text: text.len(), depth: 0 },
        merges: scalar::is_merge(text, style, tag),
    }
}

fn key_of(node: Node) -> Result<Key, YamlError> {
    let at = node.at;
    match node.value {
        NodeValue::Scalar(text) => Ok(Key { text, at }),
        // A key that is nothing has no text: no reader takes it for the name `null`.
        NodeValue::Null => Ok(Key { text: String::new(), at }),
        NodeValue::Sequence(_) | NodeValue::Mapping(_) => Err(YamlError::Key { at }),
    }
}

const fn add(one: Weight, other: Weight) -> Weight {
    Weight { nodes: one.nodes.saturating_add(other.nodes), text: one.text.saturating_add(other.text), depth: one.depth }
}
