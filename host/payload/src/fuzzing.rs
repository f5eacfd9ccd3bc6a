//! The doors of the fuzzers in `fuzz/`: each runs a reader on hostile input and holds it against its second
//! implementation. Built under `cfg(fuzzing)` only; a panic here is what a fuzzer looks for. No file is touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use shipworthy_contract::{
    CheckResult, Policy, Sha256,
    node::{Node, NodeValue, Position},
    rules,
};

use crate::{
    Choice, Demands, Generation, Limits, Silent, document, entry, entry_id, environment,
    field::Fields,
    finding::{Findings, location},
    generation::choose,
    manifest as fields_of_manifest,
    paths::{RelPath, clean},
    reference, stack_requirement,
    sums::{self as sums_file, Line, longest_line},
    tree::{
        listing::{Listing, ListingFault},
        walk::PathKey,
    },
    unknown_fields,
    yaml::{self, Document},
};

const FILE: &str = "artifact.yml";

/// A manifest: what reads is within the limits, and every generation judges it. Entries lose their `artifact_root`
/// first: without a root nothing is opened, and every other field is judged as ever.
pub fn manifest(bytes: &[u8]) {
    let limits =
        Limits { document_bytes: 64 << 10, depth: 64, nodes: 10_000, text_bytes: 1 << 20, ..Limits::default() };
    // Whoever opens the file holds to this limit.
    if bytes.len() as u64 > limits.document_bytes {
        return;
    }
    let end = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
    let inside = |at: Position| at.line > 0 && at.column > 0 && at.line as usize <= end;
    match yaml::read(bytes, &limits) {
        Err(error) => {
            assert!(inside(error.at()), "{error} at {:?}, in {end} lines", error.at());
            let mut findings = Findings::new(Policy::Strict);
            let place = |at| location(FILE, None, None, Some(at));
            document::unreadable(&error, rules::MANIFEST_UNREADABLE, "the manifest", &place, &mut findings);
            assert_eq!(findings.into_results().len(), 1);
        }
        Ok(mut document) => {
            if let Some(root) = &mut document.root {
                let mut nodes = 0;
                sound(root, &limits, 0, &mut nodes, &inside);
                assert!(nodes <= limits.nodes, "{nodes} nodes");
                drop_roots(root);
            }
            for double in &document.duplicates {
                assert!(double.first < double.at && inside(double.at), "{double:?}");
            }
            let generations = Generation::ALL.into_iter().map(Choice::Fixed);
            for choice in generations.chain([Choice::Auto]) {
                for policy in [Policy::Strict, Policy::Warn] {
                    for result in judged(&document, choice, policy, &limits) {
                        assert!(rules::find(result.rule.as_str()).is_some(), "{result:?}");
                    }
                }
            }
        }
    }
}

/// Counts nodes, and looks at depth, places and keys.
fn sound(node: &Node, limits: &Limits, depth: usize, nodes: &mut usize, inside: &dyn Fn(Position) -> bool) {
    *nodes += 1;
    assert!(inside(node.at), "{:?}", node.at);
    match &node.value {
        NodeValue::Null | NodeValue::Scalar(_) => {}
        NodeValue::Sequence(items) => {
            assert!(depth < limits.depth, "deeper than allowed");
            for item in items {
                sound(item, limits, depth + 1, nodes, inside);
            }
        }
        NodeValue::Mapping(entries) => {
            assert!(depth < limits.depth, "deeper than allowed");
            let mut keys = BTreeSet::new();
            for (key, value) in entries {
                *nodes += 1;
                assert!(inside(key.at), "{key:?}");
                assert!(keys.insert(&key.text), "{:?} stands twice in one map", key.text);
                sound(value, limits, depth + 1, nodes, inside);
            }
        }
    }
}

fn drop_roots(root: &mut Node) {
    let NodeValue::Mapping(fields) = &mut root.value else { return };
    for (_, field) in fields.iter_mut().filter(|(key, _)| key.text == "artifacts") {
        let NodeValue::Sequence(entries) = &mut field.value else { continue };
        for entry in entries {
            if let NodeValue::Mapping(fields) = &mut entry.value {
                fields.retain(|(key, _)| key.text != "artifact_root");
            }
        }
    }
}

/// Judges as a check does, from the document on.
fn judged(document: &Document, choice: Choice, policy: Policy, limits: &Limits) -> Vec<CheckResult> {
    let mut findings = Findings::new(policy);
    let chosen = choose(choice, document.root.as_ref());
    let generation = chosen.generation;
    let place = |at| location(FILE, None, None, Some(at));
    let rule = rules::MANIFEST_UNREADABLE;
    let judged = document::refused(document, generation, &rule, "the manifest", &place, &mut findings);
    let Some(root) = document.root.as_ref().filter(|_| judged) else { return findings.into_results() };
    let fields = Fields { node: root, file: FILE, entry: None, name: String::new(), rule: rules::MANIFEST_FIELD };
    let text = || Some("demo".to_owned());
    let demands =
        Demands { project: text(), env: text(), mode: text(), require_tree: policy == Policy::Warn, signers: None };
    let entries = fields_of_manifest::check(&fields, generation, &mut findings);
    unknown_fields::check(&fields, unknown_fields::MANIFEST, generation, &mut findings);
    environment::check(&fields, &demands, &mut findings);
    let _: stack_requirement::Declared = stack_requirement::check(&fields, generation, &mut findings);
    let context = entry::Context {
        file: FILE,
        folder: Path::new(""),
        generation,
        runtime_meta: chosen.runtime_meta,
        secrets: None,
        require_tree: demands.require_tree,
        limits,
        manifest: None,
        progress: &Silent,
        watch: None,
    };
    let mut before = entry::Before::default();
    for (index, node) in entries.iter().enumerate() {
        entry::check(&context, index, node, &mut before, &mut findings);
    }
    assert!(before.whole.is_empty(), "no root, and yet a tree was checked");
    environment::pass(&fields, &demands, &mut findings);
    findings.into_results()
}

/// A sums file: each line is read as the reference reads it, and the whole lists what its lines say.
pub fn sums(bytes: &[u8]) {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    // What follows the last line feed is a line only if there is something.
    lines.pop_if(|last| last.is_empty());
    let mut read = Vec::new();
    for line in &lines {
        let expected = reference::sums_line(line);
        let parsed = sums_file::parse(line);
        let found = parsed.as_ref().ok().map(|line| (line.digest.to_string(), line.name.to_vec()));
        assert_eq!(found, expected, "{line:?}: {parsed:?}");
        if let Ok(parsed) = parsed {
            written_reads_the_same(&parsed);
        }
        read.push(expected);
    }
    listing(bytes, &lines, &read);
}

fn written_reads_the_same(line: &Line<'_>) {
    let mut written = Vec::new();
    sums_file::write(&line.digest, &line.name, &mut written);
    assert_eq!(written.pop(), Some(b'\n'));
    assert!(!written.contains(&b'\n') && !written.contains(&b'\r'), "{written:?}");
    assert_eq!(sums_file::parse(&written).as_ref(), Ok(line), "{written:?}");
}

/// Limits that a short input can exceed, each of them.
fn small() -> Limits {
    Limits { tree_files: 64, sums_bytes: 1 << 13, folders: 4, ..Limits::default() }
}

fn listing(bytes: &[u8], lines: &[&[u8]], read: &[Option<(String, Vec<u8>)>]) {
    let limits = small();
    let sums = Listing::read(bytes, &[], &limits, || Ok(bytes));
    let too_large = bytes.len() as u64 > limits.sums_bytes;
    assert_eq!(sums.digest, (!too_large).then(|| Sha256::of(bytes)));
    let short = |line: &[u8]| line.len() <= longest_line(limits.folders);
    let good: Vec<_> =
        lines.iter().zip(read).filter(|(line, _)| short(line)).filter_map(|(_, read)| read.as_ref()).collect();
    let names: BTreeMap<_, _> = good.iter().map(|(digest, name)| (name, digest)).collect();
    match sums.listing {
        Ok(listing) => {
            assert!(!too_large && !good.is_empty() && good.len() as u64 <= limits.tree_files);
            assert_eq!((good.len(), names.len(), listing.len()), (lines.len(), lines.len(), lines.len()));
            for (name, digest) in names {
                let row = listing.find(&PathKey::of(name));
                let listed = row.and_then(|row| listing.digest(row)).map(|digest| digest.to_string());
                assert_eq!(listed.as_ref(), Some(digest), "{name:?}");
            }
            assert_eq!(listing.root_digest, root_digest(&good));
        }
        Err(ListingFault::TooLarge) => assert!(too_large),
        Err(ListingFault::TooMany) => assert!(good.len() as u64 > limits.tree_files),
        Err(ListingFault::Malformed(told, count)) => {
            assert_eq!(count, (lines.len() - good.len()) as u64);
            assert!(count > 0 && !told.is_empty() && told.len() as u64 <= count);
            for bad in told {
                assert!(bad.number > 0 && bad.number <= lines.len() as u64, "{bad:?}");
            }
        }
        Err(ListingFault::Empty) => assert!(lines.is_empty()),
        Err(ListingFault::Twice(twice)) => {
            let of = |name: &Vec<u8>| good.iter().filter(|(_, other)| other == name).count();
            let expected: Vec<_> = names.into_keys().filter(|name| of(name) > 1).cloned().collect();
            assert_eq!((twice, good.len()), (expected, lines.len()));
        }
        Err(ListingFault::Io(error)) => failed(&error),
    }
}

/// The digest of the whole, where the names stand in order.
fn root_digest(good: &[&(String, Vec<u8>)]) -> Option<Sha256> {
    let in_order = good.windows(2).all(|pair| pair.first().map(|(_, name)| name) < pair.last().map(|(_, name)| name));
    let mut text = Vec::new();
    for (digest, name) in good {
        let digest = digest.parse().unwrap_or_else(|error| failed(&error));
        sums_file::write(&digest, name, &mut text);
    }
    in_order.then(|| Sha256::of(&text))
}

/// A path: cleaned as the reference cleans it, and what an entry may name never leads out.
pub fn path(text: &str) {
    let cleaned = clean(text);
    assert_eq!(cleaned, reference::clean(text), "{text:?}");
    assert_eq!(clean(&cleaned), cleaned, "{text:?}");
    let trimmed = reference::clean(text.trim());
    let first = trimmed.split('/').next().unwrap_or_default();
    let inside = !trimmed.starts_with('/') && first != ".." && trimmed != ".";
    let parsed = RelPath::parse(text);
    assert_eq!(parsed.as_ref().ok().map(RelPath::as_str), inside.then_some(trimmed.as_str()), "{text:?}: {parsed:?}");
    if let Ok(parsed) = parsed {
        let strange = |part: &str| matches!(part, "" | "." | "..");
        assert!(!parsed.as_str().split('/').any(strange), "{text:?}: {parsed:?}");
    }
}

/// An entry's id. The input is a path, a digest and parameters `KEY=VALUE`, with NUL between them.
pub fn entry_id(text: &str) {
    let mut parts = text.split('\0');
    let (path, sha256) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    // Keys of a manifest are unique.
    let parameters: BTreeMap<&str, &str> = parts.map(|part| part.split_once('=').unwrap_or((part, ""))).collect();
    let mut parameters: Vec<(&str, &str)> = parameters.into_iter().collect();
    let id = entry_id::id(path, &parameters, sha256);
    assert_eq!(id, reference::entry_id(path, &parameters, sha256), "{text:?}");
    parameters.reverse();
    assert_eq!(id, entry_id::id(path, &parameters, sha256), "the order of the parameters counts: {text:?}");
    let (slug, digits) = id.rsplit_once('-').unwrap_or_default();
    assert!(slug.split('-').all(|word| !word.is_empty() && word.chars().all(of_a_slug)), "{id}");
    assert!(digits.len() == 8 && digits.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f')), "{id}");
}

const fn of_a_slug(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '0'..='9')
}

#[expect(clippy::panic, reason = "a fuzzer's way to say that it found something")]
fn failed<T>(error: &dyn std::fmt::Display) -> T {
    panic!("what cannot fail did: {error}")
}
