//! Reads an environment's files, lays them over each other and reads the result.

use std::path::{Path, PathBuf};

use shipworthy_contract::{
    explain::Place,
    node::Position,
    quantity::Span,
    requirement::{Demand, Requirement, Source, read},
};

use super::{
    Environment, Written, bounds, containers, endpoint,
    error::{EnvironmentError, EnvironmentErrors, Problem},
    find, payload, probe,
    reader::{Reader, Table},
    registries, trust, waiver,
};
use crate::{
    document::{FileId, Item, Sources, Spot, SyntaxFault, Value, merge, parse},
    files,
};

/// Largest file, in bytes: a thousand times what an environment of five probes takes.
const LARGEST_FILE: u64 = 1 << 20;

/// Most files that extend each other: more layers nobody can follow.
const MOST_FILES: usize = 16;

const KEYS: [&str; 11] = [
    "extends",
    "policy",
    "deadline",
    "payload",
    "requirements",
    "endpoints",
    "containers",
    "probes",
    "trust",
    "registries",
    "waivers",
];

/// Loads an environment with everything it extends.
///
/// # Errors
///
/// Every fault of the files. If one of them cannot be read or is not TOML, only such faults are told, since the rest
/// of the document is not known.
pub fn load(file: &Path) -> Result<Environment, EnvironmentErrors> {
    let mut sources = Sources::default();
    let document = read_files(&mut sources, file)?;
    let mut reader = Reader::new(sources);
    let environment = read_document(&mut reader, document, file);
    match (EnvironmentErrors::collect(reader.into_errors()), environment) {
        (None, Some(environment)) => Ok(environment),
        (Some(errors), _) => Err(errors),
        // A document is always a table, so there is a fault whenever there is no environment.
        (None, None) => Err(EnvironmentError::from(Problem::Syntax { message: "expected a table".to_owned() }).into()),
    }
}

/// Reads the files from the one that was asked for to its last base, then lays them over each other from there.
fn read_files(sources: &mut Sources, file: &Path) -> Result<Item, EnvironmentErrors> {
    let mut layers = Vec::new();
    let mut seen: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut next = Some((file.to_owned(), None));
    while let Some((path, origin)) = next.take() {
        // A fault of a base stands where `extends` names it; the file that was asked for has no such place.
        let wrap = |sources: &Sources, problem: Problem| match origin {
            Some(spot) => EnvironmentError::at(problem, sources.place(spot), sources.excerpt(spot)),
            None => problem.into(),
        };
        let identity = files::identity(&path);
        if seen.iter().any(|(known, _)| *known == identity) {
            let names = seen.iter().skip_while(|(known, _)| *known != identity).map(|(_, path)| path);
            let chain = names.chain([&path]).map(|path| path.display().to_string()).collect();
            return Err(wrap(sources, Problem::Cycle { chain }).into());
        }
        if seen.len() == MOST_FILES {
            return Err(wrap(sources, Problem::Depth { limit: MOST_FILES }).into());
        }
        seen.push((identity, path.clone()));
        let text = files::read_text(&path, LARGEST_FILE).map_err(|error| wrap(sources, Problem::File(error)))?;
        let id = sources.add(&path, text);
        let document = parse(sources, id).map_err(|faults| syntax_errors(sources, faults))?;
        next = base_of(sources, id, &document)?;
        layers.push(document);
    }
    let base = layers.pop();
    let document = base.map(|base| layers.into_iter().rev().fold(base, merge));
    document.ok_or_else(|| EnvironmentError::from(Problem::Depth { limit: 0 }).into())
}

/// The line of an environment file or a lock that a place points to, fit to be shown, and the column in it that is meant:
/// for errors that know their place only. None if the file is not one of these, or cannot be read any more.
pub fn excerpt(place: &Place) -> Option<(String, u32)> {
    let file = Path::new(&place.file);
    if !file.extension().is_some_and(|ending| ending == "toml" || ending == "lock") {
        return None;
    }
    let at = Position { line: place.line?, column: place.column? };
    let mut sources = Sources::default();
    let id = sources.add(file, files::read_text(file, LARGEST_FILE).ok()?);
    // Of a file that cannot be parsed less is shown.
    drop(parse(&mut sources, id));
    let spot = sources.spot(id, at);
    sources.excerpt(spot).map(|excerpt| (excerpt.line, excerpt.caret))
}

/// What is not TOML, each with its place.
pub(crate) fn syntax_errors(sources: &Sources, mut faults: Vec<SyntaxFault>) -> EnvironmentErrors {
    faults.sort_by_key(|fault| fault.spot.offset);
    // The first of a line makes the parser stumble over the rest of it.
    faults.dedup_by_key(|fault| (fault.spot.file, sources.position(fault.spot).line));
    let errors = faults.into_iter().map(|fault| {
        let problem = Problem::Syntax { message: fault.message };
        EnvironmentError::at(problem, sources.place(fault.spot), sources.excerpt(fault.spot))
    });
    EnvironmentErrors::collect(errors.collect())
        .unwrap_or_else(|| EnvironmentError::from(Problem::Syntax { message: "expected TOML".to_owned() }).into())
}

/// The file that a document extends, with the spot that names it.
fn base_of(
    sources: &Sources,
    id: FileId,
    document: &Item,
) -> Result<Option<(PathBuf, Option<Spot>)>, EnvironmentErrors> {
    let Some(entry) = document.entry("extends") else { return Ok(None) };
    let spot = entry.item.spot;
    let fault = |problem| Err(EnvironmentError::at(problem, sources.place(spot), sources.excerpt(spot)).into());
    let Value::Text(name) = &entry.item.value else {
        let found = entry.item.kind();
        return fault(Problem::Kind { key: "extends".to_owned(), expected: "text", found });
    };
    if find::is_path(name) {
        return Ok(Some((sources.resolve(id, name), Some(spot))));
    }
    if !find::is_name(name) {
        return fault(Problem::NotAName { found: name.clone() });
    }
    Ok(Some((sources.resolve(id, &format!("{name}.toml")), Some(spot))))
}

fn read_document(reader: &mut Reader, document: Item, file: &Path) -> Option<Environment> {
    let root = reader.table(&document, "", &KEYS)?;
    let policy = reader.parsed(root, "policy");
    let deadline = reader.bounded(root, "deadline", &bounds::DEADLINE);
    let deadline = deadline.map_or(bounds::DEFAULT_DEADLINE, |Span(deadline): Span| deadline);
    let payload = payload::read(reader, root);
    let requirements = read_requirements(reader, root);
    let endpoints = endpoint::read_all(reader, root);
    let containers = containers::read(reader, root);
    let probes = probe::read_all(reader, root);
    let trust = trust::read(reader, root);
    let registries = registries::read_all(reader, root);
    let waivers = waiver::read_all(reader, root);
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Some(Environment {
        name,
        file: file.to_owned(),
        policy,
        deadline,
        payload,
        requirements,
        endpoints,
        containers,
        probes,
        trust,
        registries,
        waivers,
        written: Written { sources: reader.sources.clone(), document },
    })
}

/// `[requirements]`, file by file: a fault and a judged value then name the file in which they stand.
fn read_requirements(reader: &mut Reader, root: Table<'_>) -> Vec<Requirement> {
    let Some(entry) = root.get("requirements") else { return Vec::new() };
    if reader.any_table(&entry.item, "requirements").is_none() {
        return Vec::new();
    }
    let mut requirements = Vec::new();
    for id in reader.sources.ids() {
        let Some(node) = entry.item.to_node(&reader.sources, id) else { continue };
        let file = reader.sources.path(id).display().to_string();
        let (requirement, faults) = read(&node, Source::Environment { file }, Demand::Nothing);
        for fault in faults {
            let spot = reader.sources.spot(id, fault.at);
            let mut message = fault.message;
            for (word, value) in [("expected", fault.expected), ("found", fault.observed)] {
                if let Some(value) = value {
                    message = format!("{message}, {word} {value}");
                }
            }
            reader.fault(spot, Problem::Requirement { field: fault.field, message, hint: fault.hint });
        }
        requirements.push(requirement);
    }
    requirements
}
