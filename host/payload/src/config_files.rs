//! The runtime config files of an entry: there, regular, inside the root, and a map each.

use std::{fs::File, path::PathBuf};

use shipworthy_contract::{
    Class, Location, RuleId, Sha256,
    node::{NodeValue, Position},
    rules,
};

use crate::{
    Generation, Limits,
    basis::Stamp,
    document,
    field::Fields,
    finding::{FIRST, Finding, Findings, location},
    paths::RelPath,
    root::{BeneathFault, Root},
    source::{self, SourceError},
    yaml,
};

const FIELD: &str = "runtime_config_dir";

/// Files of the config folder, and whether they must be there (contract.md, part 2).
const FILES: [(&str, bool); 3] = [("functions.yml", true), ("routing.yml", true), ("resources.yml", false)];

/// Checks the config files beneath `root`.
pub(crate) fn check(
    fields: &Fields<'_>,
    root: &Root,
    folder: &RelPath,
    generation: Generation,
    limits: &Limits,
    findings: &mut Findings,
) {
    let mut sound = true;
    for (name, required) in FILES {
        let path = folder.join(name);
        let file = ConfigFile { name, file: root.shown(&path), root, path: root.named().join(path.as_str()), fields };
        sound &= match root.open(&path) {
            Ok(open) => file.decode(open.file, generation, limits, findings),
            Err(BeneathFault::Missing) if !required => {
                root.watch().into_iter().for_each(|watch| watch.path(&file.path));
                true
            }
            Err(fault) => file.fault(&fault, findings),
        };
    }
    // What leads outside or is too large breaks another rule, and is not known to be a map either.
    if sound {
        findings.pass(rules::CONFIG_FILE, fields.own_place(), "the runtime config files are there, each a map");
    }
}

struct ConfigFile<'a> {
    name: &'static str,
    /// As the user would open it.
    file: String,
    root: &'a Root,
    path: PathBuf,
    fields: &'a Fields<'a>,
}

impl ConfigFile<'_> {
    fn place(&self, at: Option<Position>) -> Location {
        // Two files of one folder are two places: a result stands for one rule at one place.
        let field = self.fields.path(&format!("{FIELD}/{}", self.name));
        location(&self.file, self.fields.entry, Some(field), at)
    }

    fn fault(&self, fault: &BeneathFault, findings: &mut Findings) -> bool {
        let (rule, class): (RuleId, _) = match fault {
            BeneathFault::Outside => (rules::PATH, Class::Violated),
            BeneathFault::Missing | BeneathFault::NotAFile(_) => (rules::CONFIG_FILE, Class::Violated),
            BeneathFault::Io(_) => (rules::CONFIG_FILE, Class::Unreadable),
        };
        findings.push(
            Finding::violated(rule, FIRST, format!("`{}` {fault}", self.name))
                .class(class)
                .expected(format!("a regular file `{}` inside the root", self.name))
                .at(self.place(None)),
        );
        false
    }

    /// Gives whether it is a map.
    fn decode(&self, file: File, generation: Generation, limits: &Limits, findings: &mut Findings) -> bool {
        let stamp = self.root.watch().and_then(|_| Stamp::of_file(&file));
        let bytes = match source::read_open(file, limits.document_bytes) {
            Ok(bytes) => bytes,
            Err(error) => return self.unread(&error, findings),
        };
        self.root.watch().into_iter().for_each(|watch| watch.file(&self.path, stamp, Sha256::of(&bytes)));
        let name = format!("`{}`", self.name);
        let place = |at| self.place(Some(at));
        let document = match yaml::read(&bytes, limits) {
            Ok(document) => document,
            Err(error) => {
                document::unreadable(&error, rules::CONFIG_FILE, &name, &place, findings);
                return false;
            }
        };
        if !document::refused(&document, generation, &rules::CONFIG_FILE, &name, &place, findings) {
            return false;
        }
        let Some(root) = document.root else { return true };
        match &root.value {
            // An empty file, also one that says `null`, counts as an empty map.
            NodeValue::Mapping(_) | NodeValue::Null => true,
            NodeValue::Scalar(_) | NodeValue::Sequence(_) => {
                findings.push(
                    Finding::violated(rules::CONFIG_FILE, FIRST, format!("{name} is not a map"))
                        .expected("a map")
                        .observed(root.kind())
                        .at(place(root.at)),
                );
                false
            }
        }
    }

    fn unread(&self, error: &SourceError, findings: &mut Findings) -> bool {
        let (rule, class) = match error {
            SourceError::TooLarge(_) => (rules::LIMIT, Class::Limit),
            SourceError::Missing | SourceError::Folder | SourceError::Kind(_) | SourceError::Io(_) => {
                (rules::CONFIG_FILE, Class::Unreadable)
            }
        };
        let message = format!("`{}` is not read: {}", self.name, error.reason());
        findings.push(Finding::violated(rule, FIRST, message).class(class).at(self.place(None)));
        false
    }
}
